import LedgerBytes
import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("Table keys")
struct TableKeyTests {
    private static let sid = StreamIncarnation(high: 0x0123_4567_89ab_cdef, low: 7)
    private static let sub = SubscriptionIncarnation(high: 1, low: .max)

    static let keys: [TableKey] = [
        .stream(StreamID(trusted: "orders")),
        .chunk(sid, Partition(unchecked: 3), Offset(unchecked: 12)),
        .chunk(sid, Partition(unchecked: 99), Offset(unchecked: .max)),
        .progress(sid, Partition(unchecked: 0)),
        .latest(sid, Partition(unchecked: 2), EventKey(trusted: Array("a#b\u{0}é".utf8))),
        .subscription(sid, SubscriptionID(trusted: "u.v-w_x")),
        .position(stream: sid, subscription: sub, Partition(unchecked: 42)),
        .member(stream: sid, subscription: sub, MemberName(trusted: "a.b-c_1")),
        .push(stream: sid, subscription: sub),
        .parked(stream: sid, subscription: sub, Partition(unchecked: 42), Offset(unchecked: 7)),
        .parked(stream: sid, subscription: sub, Partition(unchecked: 0), Offset(unchecked: .max)),
        .idempotency(sid, keyHash: SHA256.digest([5]), Partition(unchecked: 5)),
        .apiKey(APIKeyID(rawValue: 0x0123_4567_89ab_cdef)),
        .deletion(stream: sid, subscription: nil),
        .deletion(stream: sid, subscription: sub),
        .streamName(sid),
        .ring(sid, Partition(unchecked: 7)),
        .sweep,
    ]

    @Test("A row is found again by its group and sort key", arguments: keys)
    func roundTrip(_ key: TableKey) {
        #expect(key.group.key(sortKey: key.sortKey) == key)
    }

    @Test("No two kinds of rows share a partition key")
    func distinct() {
        let groups = Set(Self.keys.map(\.group))
        #expect(Set(groups.map(\.partitionKey)).count == groups.count)
    }

    @Test("A group is found again by its partition key, in its one spelling", arguments: keys)
    func partitionKeys(_ key: TableKey) {
        let text = key.group.partitionKey
        #expect(RowGroup(partitionKey: text) == key.group)
        for wrong in [text + "#", text + "#1", "#" + text, text.lowercased(), text + " "] {
            #expect(RowGroup(partitionKey: wrong) == nil, "\(wrong)")
        }
    }

    @Test("Partition keys that no group has are refused")
    func malformedGroups() {
        let sid = Self.sid.hex
        for text in [
            "", "LOG", "LOG#\(sid)", "LOG#\(sid)#01", "LOG#\(sid)#-1", "POS#\(sid)#3",
            "PARK#\(sid)", "PARK#\(sid)#3", "PARK#\(sid)#\(Self.sub.hex)#1",
        ] {
            #expect(RowGroup(partitionKey: text) == nil, "\(text)")
        }
    }

    @Test("Sort keys of chunks order like their offsets")
    func order() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<1000 {
            let offsets = (0..<2).map { _ in
                Offset(
                    unchecked: Int64.random(
                        in: 0...(.max >> Int64.random(in: 0..<60)),
                        using: &random
                    )
                )
            }
            let keys = offsets.map { SortKey.offset($0) }
            #expect(keys[0].lexicographicallyPrecedes(keys[1]) == (offsets[0] < offsets[1]))
        }
    }

    @Test("Parked events order by partition and offset, and a partition's are between two keys")
    func parkedOrder() {
        let places = [(0, 0), (0, 9), (0, 10), (0, Int64.max), (1, 0), (10, 5), (99, 1)]
        let keys = places.map { index, value in
            SortKey.parked(Partition(unchecked: index), Offset(unchecked: Int64(value)))
        }
        for (left, right) in zip(keys, keys.dropFirst()) {
            #expect(left.lexicographicallyPrecedes(right))
        }
        #expect(keys[1] == Array("00000#00000000000000000009".utf8))
        let parked = RowGroup.parked(Self.sid, subscription: Self.sub)
        for text in [
            "", "00000", "00000#", "00000#9", "0#00000000000000000009", "#00000000000000000009",
            "00000#00000000000000000009#", "00000#0000000000000000000x",
            "00100#00000000000000000009", "00000#99999999999999999999",
        ] {
            #expect(parked.key(sortKey: Array(text.utf8)) == nil, "\(text)")
        }
        #expect(parked.stream == Self.sid && parked.expiresWithoutSweep)
    }

    @Test("Sort keys that no row can have are refused")
    func malformed() {
        let log = RowGroup.log(Self.sid, Partition(unchecked: 0))
        for text in [
            "", "1", "0000000000000000000x", "99999999999999999999", "000000000000000000001",
        ] {
            #expect(log.key(sortKey: Array(text.utf8)) == nil, "\(text)")
        }
        for group in [RowGroup.deletions, .pushes, .rings, .sweep, .streamName(Self.sid)] {
            #expect(group.key(sortKey: Array("abc".utf8)) == nil, "\(group)")
        }
        for ring in [Self.sid.hex, "\(Self.sid.hex)#7", "\(Self.sid.hex)#00100"] {
            #expect(RowGroup.rings.key(sortKey: Array(ring.utf8)) == nil, "\(ring)")
        }
        for push in [Self.sid.hex, "\(Self.sid.hex)#", "\(Self.sid.hex)#\(Self.sub.hex)#1"] {
            #expect(RowGroup.pushes.key(sortKey: Array(push.utf8)) == nil, "\(push)")
        }
        let hash = SHA256.digest([5]).hex
        for text in [hash, "\(hash)00#00007", "\(hash.uppercased())#00007", "\(hash)#7"] {
            let key = RowGroup.idempotency(Self.sid).key(sortKey: Array(text.utf8))
            #expect(key == nil, "\(text)")
        }
    }
}
