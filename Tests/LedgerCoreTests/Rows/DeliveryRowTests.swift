import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The row of a partition of a delivery")
struct DeliveryRowTests {
    private let lease = LeaseID(rawValue: 1)

    private func event(
        _ value: Int64,
        _ state: OpenEvent.State,
        isReplay: Bool = false
    ) -> OpenEvent {
        OpenEvent(
            offset(value),
            key: KeyHash(rawValue: UInt32(value)),
            state: state,
            isReplay: isReplay
        )
    }

    private func row(_ events: [OpenEvent] = [], rests: [Rest] = []) -> DeliveryRow {
        var row = DeliveryRow(of: DeliveryRows("a").subscription, in: partition(0), after: nil)
            .next(by: 1)
        for event in events { row.open.put(event) }
        for rest in rests { row.open.put(rest) }
        row.scanned = offset(20)
        return row
    }

    @Test("The first unfinished event is the first that the log is still needed for")
    func lowestUnfinished() {
        let timer = RowTimer(version: 1, start: PlanRows.now, length: .seconds(1))
        let rest = Rest(KeyHash(rawValue: 1), from: offset(9), count: 1)
        #expect(row().lowestUnfinished == offset(20))
        #expect(row(rests: [rest]).lowestUnfinished == offset(9))
        for state in [.held(lease), .ready, .waiting(timer)] as [OpenEvent.State] {
            #expect(row([event(5, state)], rests: [rest]).lowestUnfinished == offset(5))
            #expect(row([event(12, state)], rests: [rest]).lowestUnfinished == offset(9))
            #expect(row([event(5, state, isReplay: true)]).lowestUnfinished == offset(20))
        }
        #expect(row([event(5, .parked), event(7, .ready)]).lowestUnfinished == offset(7))
    }

    @Test("A row replaces the one that was read, of the same or an older epoch, and no other")
    func conditions() {
        func isApplied(_ row: DeliveryRow, _ former: DeliveryRow, over stored: Item?) -> Bool {
            row.write(over: former, rules: .all).condition?.holds(for: stored) ?? true
        }
        let start = DeliveryRows("a").subscription
        let (none, later) = (
            DeliveryRow(of: start, in: partition(0), after: nil),
            start.moved(to: start.positions)
        )
        let (first, second) = (none.next(by: 1), none.next(by: 1).next(by: 2))
        #expect(isApplied(first, none, over: nil) && !isApplied(first, none, over: first.item))
        #expect(isApplied(second, first, over: first.item))
        #expect(
            !isApplied(second, first, over: second.item) && !isApplied(second, first, over: nil)
        )
        // Another change may have come to the same version.
        let twin = none.next(by: 9)
        #expect(twin.version == first.version && !isApplied(second, first, over: twin.item))
        // After a seek the version goes on.
        let sought = DeliveryRow(of: later, in: partition(0), after: first)
        let thence = sought.next(by: 3)
        #expect(thence.version == 2 && isApplied(thence, sought, over: first.item))
        #expect(!isApplied(second, first, over: thence.item))
        // After a time with cursors it begins anew: a version alone would not tell the two apart.
        let anew = DeliveryRow(of: later, in: partition(0), after: nil).next(by: 4)
        #expect(anew.version == first.version && !isApplied(second, first, over: anew.item))
        let position = PositionRow(
            stream: start.stream,
            subscription: start.incarnation,
            partition: partition(0),
            epoch: 0,
            position: .log(.zero)
        )
        let nothing = DeliveryRow(of: later, in: partition(0), after: nil)
        #expect(isApplied(anew, nothing, over: position.item))
        #expect(!isApplied(first, none, over: position.item))
        #expect(!isApplied(anew.next(by: 5), anew, over: position.item))
    }

    @Test("A row is read as it was written", arguments: RandomSeed.cases(60))
    func roundTrip(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var row = row()
        row.open = OpenEvents.random(using: &random)
        row.scanned = offset(Int64.random(in: 0...(.max), using: &random))
        row.parked = Int64.random(in: 0...1_000_000, using: &random)
        #expect(try DeliveryRow(row.item) == row && DeliveryRow.isMeant(by: row.item))
    }

    @Test("An empty row has 160 bytes, and an older process takes it for damage")
    func form() throws {
        let item = row().item
        #expect(item.storedBytes == 160)
        #expect(item.number(.phase) == 4 && item.number(.version) == 1 && item.number(.parked) == 0)
        #expect(item.number(.epoch) == 0 && item.number(.offset) == 20)
        #expect(throws: TableError.self) { try PositionRow(item) }
    }

    @Test("Whatever is missing or wrong in it is damage, and a cursor's position is no such row")
    func damage() throws {
        let damages: [(Attribute, AttributeValue?)] = [
            (.phase, .number(5)), (.phase, nil), (.epoch, nil), (.epoch, .number(-1)),
            (.offset, nil), (.offset, .number(-1)), (.version, nil), (.version, .number(0)),
            (.version, .number(.max)), (.open, nil), (.open, .bytes([])), (.open, .bytes([2])),
            (.parked, nil), (.parked, .number(-1)),
        ]
        for (name, value) in damages {
            var item = row().item
            item[name] = value
            #expect(throws: TableError.self, "\(name) \(value as Any)") { try DeliveryRow(item) }
        }
        #expect(throws: TableError.self) { try DeliveryRow(Item(.sweep)) }
        let position = PositionRow(
            stream: PlanRows.stream,
            subscription: SubscriptionIncarnation(high: 3, low: 3),
            partition: partition(0),
            epoch: 0,
            position: .log(.zero)
        )
        #expect(try DeliveryRow.ifMeant(position.item) == nil)
        #expect(try DeliveryRow.ifMeant(row().item) == row())
    }

    @Test("A row of a new epoch keeps the version and what is parked, and nothing that is open")
    func epochs() throws {
        var former = row([event(5, .ready)])
        former.parked = 3
        let subscription = DeliveryRows("a").subscription.moved(to: [.log(offset(7))])
        let row = DeliveryRow(of: subscription, in: partition(0), after: former)
        #expect(row.version == 1 && row.parked == 3 && row.open.isEmpty)
        #expect(row.epoch == 1 && row.scanned == offset(7) && row.stored == row)
        #expect(DeliveryRow(of: subscription, in: partition(0), after: nil).stored == nil)
    }

    @Test("Its timers are named by the version with which they began")
    func timers() {
        let begun = RowTimer(version: 7, start: PlanRows.now, length: .seconds(3))
        let timer = row().timer(begun)
        let name = Timer.Name.delivery(
            SubscriptionIncarnation(high: 3, low: 3),
            partition(0),
            version: 7
        )
        #expect(timer == Timer(name, start: PlanRows.now, length: .seconds(3)))
        #expect(begun.end == PlanRows.now.advanced(by: .seconds(3)))
    }

    @Test("Another kind of row takes its place only if it is stored as it was read")
    func isStored() {
        let row = row()
        #expect(row.isStored.holds(for: row.item) && !row.isStored.holds(for: row.next(by: 2).item))
        #expect(!row.isStored.holds(for: nil))
    }
}
