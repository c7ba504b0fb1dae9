import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The row of a parked event")
struct ParkedRowTests {
    private static let entry = ParkingHistory.Entry(
        .maxDeliveries,
        reason: "no",
        deliveries: 5,
        firstDelivery: Timestamp(milliseconds: 1_000),
        lastDelivery: Timestamp(milliseconds: 2_000),
        parked: Timestamp(milliseconds: 3_000),
        consumer: "c"
    )

    private static let content = ParkedRow.Content(
        key: EventKey(trusted: Array("a".utf8)),
        record: Record.encode(
            timestamp: PlanRows.now,
            type: Array("t".utf8),
            data: Array("1".utf8)
        ),
        timestamp: PlanRows.now
    )

    private func row(
        content: ParkedRow.Content? = content,
        because entry: ParkingHistory.Entry = entry,
        after former: ParkedRow? = nil
    ) -> ParkedRow {
        ParkedRow(
            offset(7),
            in: partition(2),
            of: (PlanRows.stream, SubscriptionIncarnation(high: 3, low: 3)),
            content: content,
            because: entry,
            after: former
        )
    }

    // MARK: The history

    @Test("A history is these bytes, and read as it was written")
    func goldenVector() {
        let history = ParkingHistory().adding(Self.entry)
            .asked(by: "k", at: Timestamp(milliseconds: 4_000)).adding(Self.entry)
        let entry: [UInt8] = [
            4, 2, 0x6e, 0x6f, 5,  // cause, reason, deliveries
            0xe8, 0x07, 0xd0, 0x0f, 0xb8, 0x17, 1, 0x63, 1,  // times, consumer, events
        ]
        let bytes = [1, 2] + entry + [1, 0xa0, 0x1f, 1, 0x6b] + entry + [0]
        #expect(history.encoded == bytes)
        #expect(ParkingHistory.decode(bytes, times: 2) == history)
    }

    @Test("Of many times the newest five are kept, and all are counted")
    func newest() {
        var history = ParkingHistory()
        #expect(history.asked(by: "k", at: PlanRows.now) == history)
        for number in 1...8 {
            history = history.adding(
                ParkingHistory.Entry(
                    .rejected,
                    reason: "\(number)",
                    deliveries: number,
                    firstDelivery: PlanRows.now,
                    lastDelivery: PlanRows.now,
                    parked: PlanRows.now,
                    consumer: ""
                )
            )
            history = history.asked(by: "k\(number)", at: PlanRows.now)
            let kept = max(5, number) - 4...number
            #expect(history.entries.map(\.reason) == kept.map { "\($0)" })
            #expect(history.entries.map(\.asked?.by) == kept.map { "k\($0)" })
            #expect(history.times == number)
            #expect(ParkingHistory.decode(history.encoded, times: number) == history)
        }
    }

    @Test("Damage is refused, or is the one spelling of another history")
    func damage() {
        let history = ParkingHistory().adding(Self.entry)
            .asked(by: "k", at: PlanRows.now).adding(Self.entry)
        let bytes = history.encoded
        for count in bytes.indices {
            #expect(ParkingHistory.decode(Array(bytes.prefix(count)), times: 2) == nil)
        }
        #expect(ParkingHistory.decode(bytes + [0], times: 2) == nil)
        #expect(ParkingHistory.decode(bytes, times: 1) == nil)
        #expect(ParkingHistory.decode([1, 0], times: 1) == nil)
        var random = SeededGenerator(seed: 5)
        for _ in 0..<5_000 {
            var changed = bytes
            for _ in 0...random.index(below: 2) {
                changed[random.index(below: bytes.count)] = UInt8(random.index(below: 256))
            }
            guard let found = ParkingHistory.decode(changed, times: 2) else { continue }
            #expect(found.encoded == changed)
        }
    }

    // MARK: The row

    @Test("The row is read as it was written, in each state, with its data or without")
    func roundTrip() throws {
        for content in [Self.content, nil] {
            let parked = row(content: content)
            let replaying = parked.replaying(in: 3, by: "k", at: PlanRows.now)
            let gone = replaying.gone(at: PlanRows.now)
            let times = [
                parked.item.number(.ttl), replaying.item.number(.ttl), gone.item.number(.ttl),
            ]
            #expect(times == [nil, nil, PlanRows.now.seconds + 3_600])
            for row in [parked, replaying, gone, self.row(content: content, after: gone)] {
                #expect(try ParkedRow(row.item) == row)
                #expect(row.content == content)
            }
        }
    }

    @Test("Parked again it keeps its data and the history before")
    func again() throws {
        let gone = row().replaying(in: 0, by: "k", at: PlanRows.now).gone(at: PlanRows.now)
        let again = row(content: nil, after: gone)
        #expect(again.state == .parked && again.content == Self.content)
        #expect(again.history.times == 2 && again.history.entries.map(\.asked?.by) == ["k", nil])
        let record = try Record.decode(try #require(again.content).record)
        #expect(record.copy(record.data) == Array("1".utf8))
    }

    @Test("The size of an event is what it has unpacked")
    func size() {
        let key = EventKey(trusted: Array("ab".utf8))
        for count in [1, 50_000] {
            let record = Record.encode(
                timestamp: PlanRows.now,
                type: Array("t".utf8),
                data: [UInt8](repeating: 0x31, count: count)
            )
            let packed = PackedRecord.pack(record)
            #expect((packed.count < record.count) == (count > 1))
            let content = ParkedRow.Content(key: key, record: packed, timestamp: PlanRows.now)
            #expect(content.countedBytes == record.count + 2)
        }
    }

    @Test("A request counts until the next seek")
    func epochs() {
        let parked = row()
        let replaying = parked.replaying(in: 3, by: "", at: PlanRows.now)
        #expect(parked.isParked(in: 0) && parked.isKept)
        #expect(!replaying.isParked(in: 3) && replaying.isParked(in: 4) && replaying.isKept)
        let gone = replaying.gone(at: PlanRows.now)
        #expect(!gone.isParked(in: 9) && !gone.isKept)
    }

    @Test("A row replaces the one that was read, and no other")
    func conditions() {
        let parked = row()
        let replaying = parked.replaying(in: 0, by: "", at: PlanRows.now)
        let (gone, again) = (replaying.gone(at: PlanRows.now), row(after: replaying))
        let all: [ParkedRow?] = [nil, parked, replaying, gone, again]
        for (index, former) in all.enumerated() {
            let write = row().write(after: former, rules: .all)
            let applied = all.map { write.condition?.holds(for: $0?.item) ?? true }
            #expect(applied == all.indices.map { $0 == index }, "\(index)")
        }
    }

    @Test("Whatever is missing or wrong in it is damage")
    func damagedRows() {
        let sound = row().replaying(in: 3, by: "", at: PlanRows.now).item
        let damages: [(Attribute, AttributeValue?)] = [
            (.state, nil), (.state, .number(3)), (.state, .number(-1)), (.count, nil),
            (.count, .number(0)), (.history, nil), (.history, .bytes([2])), (.epoch, nil),
            (.epoch, .number(-1)), (.key, nil), (.key, .bytes([0xff])), (.timestamp, nil),
            (.timestamp, .number(-1)), (.record, .string("")),
        ]
        for (name, value) in damages {
            var item = sound
            item[name] = value
            #expect(throws: TableError.self, "\(name) \(value as Any)") { try ParkedRow(item) }
        }
        var gone = row().gone(at: PlanRows.now).item
        gone[.ttl] = nil
        #expect(throws: TableError.self) { try ParkedRow(gone) }
        #expect(throws: TableError.self) { try ParkedRow(Item(.sweep)) }
        var lost = sound
        for name in [.record, .key, .timestamp] as [Attribute] { lost[name] = nil }
        #expect(throws: Never.self) { try ParkedRow(lost) }
    }

    @Test("The largest event fits, with the longest history")
    func largest() throws {
        var random = CodecRandom(seed: 1)
        let key = EventKey(trusted: [UInt8](repeating: 0x61, count: Limits.keyBytes.upperBound))
        let record = Record.encode(
            timestamp: PlanRows.now,
            type: Array("t".utf8),
            data: random.bytes(Limits.eventBytes)
        )
        let content = ParkedRow.Content(
            key: key,
            record: PackedRecord.pack(record),
            timestamp: PlanRows.now
        )
        let entry = ParkingHistory.Entry(
            .rejected,
            reason: String(repeating: "r", count: Limits.reasonBytes),
            deliveries: Limits.largestDeliveries,
            firstDelivery: Timestamp.latest,
            lastDelivery: Timestamp.latest,
            parked: Timestamp.latest,
            consumer: String(repeating: "c", count: Limits.consumerBytes),
            events: 1 << 40
        )
        var row = self.row(content: content, because: entry)
        for _ in 0..<5 {
            row = self.row(content: content, because: entry, after: row)
                .replaying(in: 9, by: String(repeating: "k", count: 128), at: .latest)
        }
        #expect(try ParkedRow(row.item) == row)
        #expect(row.item.storedBytes < Limits.itemBytes)
    }
}
