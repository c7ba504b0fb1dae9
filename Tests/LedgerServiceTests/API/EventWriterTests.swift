import LedgerBytes
import LedgerCore
import LedgerTesting
import RawJSON
import Testing

@testable import LedgerService

/// What events have in common is kept from one to the next, and must not stay when it is another's.
@Suite("Event writer")
struct EventWriterTests {
    private let stream = StreamID("s")

    /// The JSON of events of the given partitions and times, written one after another.
    private func written(_ events: [(partition: Int, moment: Int64)]) throws -> [String] {
        var writer = EventWriter(try #require(stream))
        return try events.enumerated().map { index, event in
            let bytes = Record.encode(
                timestamp: Timestamp(milliseconds: event.moment),
                type: Array("t".utf8),
                data: Array("1".utf8)
            )
            let entry = CompactedEntry(
                partition: try #require(Partition(event.partition)),
                offset: try #require(Offset(Int64(index))),
                key: try #require(EventKey(utf8: Array("k".utf8))),
                record: try Record.decode(bytes)
            )
            var json = JSONWriter()
            writer.write(entry, to: &json)
            return String(decoding: json.finish(), as: UTF8.self)
        }
    }

    private func expected(_ events: [(partition: Int, moment: Int64)]) -> [String] {
        events.enumerated().map { index, event in
            let time = CivilTime(millisecondsSinceEpoch: event.moment).rfc3339
            return
                #"{"stream_id":"s","partition":\#(event.partition),"offset":\#(index),"key":"k","#
                + #""type":"t","data":1,"timestamp":"\#(time)"}"#
        }
    }

    @Test("Every event has its own partition and its own time, to the millisecond")
    func ownParts() throws {
        let second: Int64 = 1_795_000_000_000
        let moments = [
            second, second, second + 7, second + 999, second + 1000, second + 999, second - 1,
            second + 86_400_000, second + 86_400_050, 0, 1, 999, 1000, -1, -1000, -1001,
            253_402_300_799_999,
        ]
        let events = moments.enumerated().map { (partition: [0, 99, 1][$0 % 3], moment: $1) }
        #expect(try written(events) == expected(events))
    }

    @Test("So it is with any times and partitions", arguments: RandomSeed.cases(3))
    func random(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let events = (0..<2000).map { _ in
            (
                partition: Int.random(in: 0..<5, using: &random),
                moment: 1_795_000_000_000 + Int64.random(in: 0..<3000, using: &random)
            )
        }
        #expect(try written(events) == expected(events), "seed \(seed)")
    }
}
