import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("Rows of a group")
struct GroupRowTests {
    private static let name = MemberName(trusted: "worker-1")

    private func position(_ position: Position, lease: Lease?) -> PositionRow {
        PositionRow(
            stream: PlanRows.stream,
            subscription: SubscriptionIncarnation(high: 3, low: 3),
            partition: partition(7),
            epoch: 2,
            position: position,
            lease: lease
        )
    }

    private let positions: [Position] = [
        .log(Offset(unchecked: 9)), .snapshot(watermark: Offset(unchecked: 9), after: nil),
        .snapshot(watermark: Offset(unchecked: 9), after: EventKey(trusted: [0x6b])),
    ]

    @Test("A position that was never leased is stored as ever")
    func unleased() throws {
        for (position, phase) in zip(positions, [1, 0, 0] as [Int64]) {
            let item = self.position(position, lease: nil).item
            #expect(item.number(.phase) == phase && item.number(.epoch) == 2)
            #expect(item.number(.offset) == 9)
            #expect(item.attributes.count == (phase == 1 ? 3 : 4))
            #expect(try PositionRow(item).lease == nil)
        }
    }

    @Test("A leased position has phases of its own, and is read as it was written")
    func leased() throws {
        let release = Lease.Release(at: offset(12), from: PlanRows.now)
        for lease in [
            Lease(epoch: 1, owner: Self.name), Lease(epoch: .max - 1, owner: nil),
            Lease(epoch: 3, owner: Self.name, release: release),
        ] {
            for (position, phase) in zip(positions, [3, 2, 2] as [Int64]) {
                let row = self.position(position, lease: lease)
                #expect(row.item.number(.phase) == phase)
                #expect(row.item.string(.owner) == lease.owner?.name ?? "")
                #expect(try PositionRow(row.item) == row)
            }
        }
    }

    @Test("A damaged lease is no lease, and an unknown phase no position")
    func damaged() {
        let release = Lease.Release(at: offset(12), from: PlanRows.now)
        let lease = Lease(epoch: 3, owner: Self.name, release: release)
        let sound = position(.log(.zero), lease: lease).item
        let damages: [(Attribute, AttributeValue?)] = [
            (.lease, nil), (.lease, .number(0)), (.owner, nil), (.owner, .string("a b")),
            (.owner, .bytes([])), (.releaseStart, nil), (.releaseOffset, nil),
            (.releaseOffset, .number(-1)), (.phase, .number(4)), (.phase, .number(-1)),
        ]
        for (name, value) in damages {
            var item = sound
            item[name] = value
            #expect(throws: TableError.self, "\(name)") { try PositionRow(item) }
        }
    }

    @Test("A member is read as it was written, alive and gone")
    func members() throws {
        let group = GroupRows(partitions: 1)
        let row = group.member("worker-1", random: -1)
        #expect(row.renewal == .max)
        #expect(try MemberRow(row.item) == row)
        #expect(row.item.number(.ttl) == PlanRows.now.seconds + 86_400)
        guard case .put(let item) = row.bury(at: PlanRows.now, rules: .all).operation else {
            Issue.record("a burial is a put")
            return
        }
        let gone = try MemberRow(item)
        #expect(gone.isGone && gone.renewal == row.renewal && gone.item == item)
        #expect(item.number(.ttl) == PlanRows.now.seconds + 3600)
        let damages: [(Attribute, AttributeValue?)] = [
            (.count, nil), (.count, .number(-1)), (.timestamp, nil), (.session, nil),
            (.session, .number(9_999)), (.session, .number(300_001)), (.state, nil),
            (.state, .number(2)), (.ttl, nil),
        ]
        for (name, value) in damages {
            var item = row.item
            item[name] = value
            #expect(throws: TableError.self, "\(name)") { try MemberRow(item) }
        }
    }

    @Test("A position takes the place of a delivery's row of an older epoch, as that was read")
    func overDelivery() {
        let start = DeliveryRows("a").subscription
        let delivery = DeliveryRow(of: start, in: partition(0), after: nil).next(by: 1)
        func position(_ epoch: Int64, lease: Lease? = nil) -> PositionRow {
            PositionRow(
                stream: start.stream,
                subscription: start.incarnation,
                partition: partition(0),
                epoch: epoch,
                position: .log(offset(3)),
                lease: lease
            )
        }
        let leased = position(1, lease: Lease(epoch: 1, owner: Self.name))
        let stored: [Item?] = [
            nil, delivery.item, delivery.next(by: 2).item, position(0).item, position(1).item,
            leased.item,
        ]
        func holds(_ write: Write) -> [Bool] {
            stored.map { write.condition?.holds(for: $0) ?? true }
        }
        let commit = position(1)
        #expect(
            holds(commit.commit(over: delivery, rules: .all))
                == [true, true, false, true, true, false]
        )
        #expect(holds(commit.commit(rules: .all)) == [true, false, false, true, true, false])
        #expect(
            holds(leased.replace(nil, over: delivery, rules: .all))
                == [false, true, false, false, false, false]
        )
        #expect(
            holds(leased.replace(nil, rules: .all)) == [true, false, false, false, false, false]
        )
    }

    @Test("A partition that a late commit gave back to its member is not free any more")
    func heldAgain() {
        let free = position(.log(offset(3)), lease: Lease(epoch: 1, owner: nil))
        let held = position(.log(offset(3)), lease: Lease(epoch: 1, owner: Self.name))
        let taken = position(.log(offset(3)), lease: Lease(epoch: 2, owner: Self.name))
        let write = taken.replace(free, rules: .all)
        #expect(write.condition?.holds(for: free.item) == true)
        #expect(write.condition?.holds(for: held.item) == false)
    }

    @Test("A small group is read for one read unit, a full one for eight")
    func sizes() {
        let lease = Lease(epoch: 1, owner: Self.name)
        let releasing = lease.releasing(Lease.Release(at: .zero, from: PlanRows.now))
        let member = GroupRows(partitions: 1).member(Self.name.name).item.storedBytes
        let held = position(.log(.zero), lease: lease).item.storedBytes
        #expect(member == 147 && held == 139)
        #expect(position(.log(.zero), lease: releasing).item.storedBytes == 165)
        #expect(3 * member + 3 * held <= 4 * 1024)
        #expect((100 * member + 100 * held + 4095) / 4096 <= 8)
    }

    @Test("Members' names: letters, digits, dot, underscore and dash, up to 64 of them")
    func names() {
        for good in ["a", ".", "-_.", "A9", String(repeating: "x", count: 64)] {
            #expect(MemberName(good)?.name == good)
        }
        for bad in ["", "a b", "a/b", "é", "a#", String(repeating: "x", count: 65), "a\n"] {
            #expect(MemberName(bad) == nil, "\(bad)")
        }
    }
}
