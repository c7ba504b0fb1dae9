import APISuite
import LedgerBytes
import LedgerCore
import LedgerTesting
import Synchronization
import Testing

@testable import LedgerService

@Suite("A partition's appender")
struct PartitionAppenderTests {
    /// A ledger with a stream of one partition, whose first write to the log waits at a gate.
    private struct Stage {
        let api: API
        let stream: StreamRow
        /// Opened by the first write.
        let arrived: Gate
        /// Lets the first write go on.
        let gate: Gate
        let writes: CallCount

        init(patience: Duration = .seconds(10)) async throws {
            let (arrived, gate, writes) = (Gate(), Gate(), CallCount())
            let table = FaultyTable(MemoryTable()) { call, moment in
                guard !call.kind.isRead, call.isOfLog, moment == .before else { return }
                guard writes.add() == 1 else { return }
                arrived.open()
                await gate.wait()
            }
            var configuration = Ledger.Configuration()
            configuration.appendDeadline = patience
            api = API(
                table: table,
                clock: ManualClock(isImpatient: false),
                configuration: configuration
            )
            await api.create("s", with: ",\"partition_count\":1")
            let row = try await api.table.get(.stream(try #require(StreamID("s"))))
            stream = try StreamRow(try #require(row))
            (self.arrived, self.gate, self.writes) = (arrived, gate, writes)
        }

        var ledger: Ledger { api.ledger }

        var appender: PartitionAppender {
            ledger.appends.appenders.appender(to: stream.partitions[0], of: stream)
        }

        func unit(_ name: String, key: String? = nil) -> AppendUnit {
            var records = Records()
            let type = Array("t".utf8)
            records.append(key: Array(name.utf8), type: type, data: Array("1".utf8))
            return AppendUnit(
                records: records,
                idempotency: key.map {
                    IdempotencyMark(
                        keyHash: SHA256.digest(Array($0.utf8)),
                        bodyHash: SHA256.digest([1])
                    )
                },
                arrived: ledger.clock.instant()
            )
        }

        var context: AppendContext {
            AppendContext(
                stream: Observed(stream, readAt: ledger.clock.instant()),
                trust: ledger.access.trust(in: stream)
            )
        }

        func append(_ unit: AppendUnit) async -> AppendOutcome? {
            await appender.append(unit, context: context)
        }

        /// How many events each chunk of the log has.
        func chunks() async throws -> [Int64?] {
            let group = RowGroup.log(stream.incarnation, stream.partitions[0])
            return try await api.table.query(Query(group, limit: 100)).items.map {
                $0.number(.count)
            }
        }
    }

    private func offset(_ outcome: AppendOutcome?) -> Int64? {
        if case .stored(let range) = outcome { range.first.rawValue } else { nil }
    }

    @Test("Appenders that nobody uses are let go at the bound; one that appends stays")
    func bound() async throws {
        let stage = try await Stage()
        let appending = Task { await stage.append(stage.unit("k")) }
        await stage.arrived.wait()
        let busy = stage.appender
        var most = 0
        for number in 0..<UInt64(Limits.appenders) + 10 {
            let other = StreamRow(
                id: stage.stream.id,
                incarnation: StreamIncarnation(high: 9, low: number),
                partitionCount: 1,
                retentionHours: 1,
                compaction: true,
                created: stage.stream.created
            )
            _ = stage.ledger.appends.appenders.appender(to: other.partitions[0], of: other)
            most = max(most, stage.ledger.appends.appenders.count)
        }
        #expect(most <= Limits.appenders)
        #expect(stage.appender === busy)
        stage.gate.open()
        #expect(offset(await appending.value) == 0)
    }

    @Test("Units that arrive during a write share the next one, in their order")
    func sharing() async throws {
        let stage = try await Stage()
        async let first = stage.append(stage.unit("a"))
        await stage.arrived.wait()
        let others = (0..<5).map { number in
            Task { await stage.append(stage.unit("b\(number)")) }
        }
        for _ in 0..<1000 { await Task.yield() }
        stage.gate.open()
        #expect(offset(await first) == 0)
        var offsets: [Int64?] = []
        for other in others { offsets.append(offset(await other.value)) }
        #expect(Set(offsets) == [1, 2, 3, 4, 5])
        let chunks = try await stage.chunks()
        #expect(chunks.first == 1 && chunks.count <= 3)
    }

    @Test("The tail is remembered for a minute, and one out of use takes no more then")
    func tail() async throws {
        let stage = try await Stage()
        stage.gate.open()
        #expect(offset(await stage.append(stage.unit("a"))) == 0)
        let clock = stage.ledger.clock
        let patience = Patience()
        while stage.appender.tail(by: clock)?.next != Offset(1) {
            try patience.check("the tail is not remembered")
            await Task.yield()
        }
        #expect(!stage.appender.retire(by: clock))
        stage.api.clock.advance(by: Limits.cacheAge)
        #expect(stage.appender.tail(by: clock) == nil)
        while !stage.appender.retire(by: clock) {
            try patience.check("still busy")
            await Task.yield()
        }
        // Whoever was given it before looks for the one that has its place.
        #expect(await stage.append(stage.unit("b")) == nil)
    }

    @Test("An atomic publish has the partition alone, in its turn")
    func turn() async throws {
        let stage = try await Stage()
        async let first = stage.append(stage.unit("a"))
        await stage.arrived.wait()
        let appender = stage.appender
        let turn = AppendTurn()
        appender.add(turn, arrived: stage.ledger.clock.instant())
        let isDecided = Atomic(false)
        let decision = Task {
            let decision = await turn.decision()
            isDecided.store(true, ordering: .relaxed)
            return decision
        }
        async let behind = stage.append(stage.unit("b"))
        for _ in 0..<1000 { await Task.yield() }
        let early = isDecided.load(ordering: .relaxed)
        #expect(!early)
        stage.gate.open()
        _ = await first
        guard case .granted = await decision.value else {
            Issue.record("refused")
            return
        }
        // Until it is given back nobody else writes.
        for _ in 0..<1000 { await Task.yield() }
        #expect(try await stage.chunks() == [1])
        appender.release()
        #expect(offset(await behind) == 1)
    }

    @Test("A partition that nobody uses is granted at once")
    func idleTurn() async throws {
        let stage = try await Stage()
        let turn = AppendTurn()
        stage.appender.add(turn, arrived: stage.ledger.clock.instant())
        guard case .granted = await turn.decision() else {
            Issue.record("refused")
            return
        }
        stage.appender.release()
    }

    @Test("What waited until its deadline is overdue, and never sent")
    func overdue() async throws {
        let stage = try await Stage(patience: .milliseconds(100))
        async let first = stage.append(stage.unit("a"))
        await stage.arrived.wait()
        let late = Task { await stage.append(stage.unit("b")) }
        let turn = AppendTurn()
        stage.appender.add(turn, arrived: stage.ledger.clock.instant())
        for _ in 0..<1000 { await Task.yield() }
        stage.api.clock.advance(by: .milliseconds(100))
        stage.gate.open()
        _ = await first
        #expect(await late.value == .overdue)
        guard case .refused(.overdue) = await turn.decision() else {
            Issue.record("granted")
            return
        }
        #expect(stage.writes.value == 1)
    }

    @Test("A deleted stream's appenders are let go, and two of one partition do no harm")
    func forgetting() async throws {
        let stage = try await Stage()
        stage.gate.open()
        let old = stage.appender
        stage.ledger.appends.appenders.forget(stage.stream)
        #expect(stage.ledger.appends.appenders.count == 0)
        let new = stage.appender
        #expect(old !== new)
        async let one = old.append(stage.unit("a"), context: stage.context)
        async let two = new.append(stage.unit("b"), context: stage.context)
        // The one that comes second pauses.
        let waiting = Task {
            while !Task.isCancelled {
                stage.api.clock.advance(by: .milliseconds(1))
                await Task.yield()
            }
        }
        let offsets = await [offset(one), offset(two)]
        waiting.cancel()
        #expect(Set(offsets) == [0, 1])
    }
}

/// Counts, from any task.
private final class CallCount: Sendable {
    private let count = Atomic(0)

    /// Counts one more; how many there are now.
    func add() -> Int { count.add(1, ordering: .relaxed).newValue }

    var value: Int { count.load(ordering: .relaxed) }
}

extension TableCall {
    /// A call of rows of a log.
    var isOfLog: Bool {
        groups.contains { group in
            if case .log = group { true } else { false }
        }
    }
}
