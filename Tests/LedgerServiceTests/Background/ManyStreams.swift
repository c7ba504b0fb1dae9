import LedgerCore
import LedgerTesting
import Testing

/// A table of many streams that were never written to, and a count of its calls.
struct ManyStreams: Sendable {
    let memory: MemoryTable
    let table: FaultyTable
    let clock = ManualClock()
    private let calls: CallCounter

    /// Streams of one partition each.
    ///
    /// `callTime`: How far each call moves the clock.
    init(_ count: Int, deletesLogByItself: Bool, callTime: Duration = .zero) async throws {
        memory = MemoryTable(deletesLogByItself: deletesLogByItself)
        calls = CallCounter { _ in true }
        for index in 0..<count {
            let row = StreamRow(
                id: try Self.name(index),
                incarnation: Self.incarnation(index),
                partitionCount: 1,
                retentionHours: 168,
                compaction: true,
                created: clock.now()
            )
            _ = try await memory.write(.put(row.item))
        }
        let timed = FaultyTable(memory) { [clock] _, moment in
            if moment == .before, callTime > .zero { clock.advance(by: callTime) }
        }
        table = calls.watching(timed)
    }

    static func name(_ index: Int) throws -> StreamID {
        let digits = String(index + 1_000_000).dropFirst()
        return try #require(StreamID("s\(digits)"))
    }

    static func incarnation(_ index: Int) -> StreamIncarnation {
        StreamIncarnation(high: 7, low: UInt64(index))
    }

    /// Calls of the table so far.
    var callCount: Int { calls.count }

    /// When each stream's tail was last verified; nil: never.
    func swept(_ count: Int) async throws -> [Timestamp?] {
        var moments: [Timestamp?] = []
        let partition = Partition.all(1)[0]
        for index in 0..<count {
            let item = try await memory.get(.progress(Self.incarnation(index), partition))
            moments.append(try item.map(ProgressRow.init)?.tailVerifiedAt)
        }
        return moments
    }
}
