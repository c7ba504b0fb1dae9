import LedgerBytes
import Testing

@testable import LedgerCore

@Suite("Cursors of a group")
struct GroupCursorTests {
    private static let secret = SubscriptionSecret(trusted: Array(0..<32))

    private static let sample = GroupCursor(
        subscription: SubscriptionIncarnation(high: 0x0123_4567_89ab_cdef, low: 42),
        epoch: 3,
        parts: [
            GroupCursor.Part(partition: partition(1), lease: 1, position: .log(.zero)),
            GroupCursor.Part(
                partition: partition(7),
                lease: 300,
                position: .log(offset(1_000_000))
            ),
            GroupCursor.Part(
                partition: partition(99),
                lease: 2,
                position: .snapshot(watermark: offset(7), after: nil)
            ),
        ]
    )

    private static func accepted(_ bytes: [UInt8]) -> GroupCursor? {
        GroupCursor.decode(Base64URL.encode(bytes))?.verified(secret: secret)
    }

    private static func signed(_ body: [UInt8]) -> GroupCursor? {
        accepted(body + HMACSHA256.tag(key: secret.bytes, message: body))
    }

    @Test("A cursor is written as another implementation writes it")
    func golden() {
        let text =
            "AwEjRWeJq83vAAAAAAAAACoDAwEBAAAHrAIAwIQ9YwIBBwCKNv6uvXmdR4Gw3zJEiCmkE4uir9IHF_SAdUqgUjLccA"
        #expect(Self.sample.encoded(secret: Self.secret) == text)
        #expect(GroupCursor.decode(text)?.verified(secret: Self.secret) == Self.sample)
        let other = SubscriptionSecret(trusted: Array(1..<33))
        #expect(GroupCursor.decode(text)?.verified(secret: other) == nil)
    }

    @Test("Random cursors are read as they were written", arguments: 0..<100 as Range<UInt64>)
    func roundTrip(_ seed: UInt64) {
        var random = CodecRandom(seed: seed)
        let held = (0..<100).filter { _ in Bool.random(using: &random) }
        let cursor = GroupCursor(
            subscription: .random(using: &random),
            epoch: Int64(random.next() >> UInt64.random(in: 1...63, using: &random)),
            parts: held.map { index in
                let place = Int64(random.next() >> UInt64.random(in: 1...63, using: &random))
                let key = EventKey(trusted: Array(String(random.next()).utf8))
                return GroupCursor.Part(
                    partition: partition(index),
                    lease: max(1, Int64(random.next() >> 40)),
                    position: Bool.random(using: &random)
                        ? .log(offset(place)) : .snapshot(watermark: offset(place), after: key)
                )
            }
        )
        let text = cursor.encoded(secret: Self.secret)
        #expect(GroupCursor.decode(text)?.verified(secret: Self.secret) == cursor)
    }

    @Test("No flipped bit, no truncation and no extension passes")
    func forgeries() throws {
        let bytes = try #require(Base64URL.decode(Self.sample.encoded(secret: Self.secret)))
        for bit in 0..<bytes.count * 8 {
            var forged = bytes
            forged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(Self.accepted(forged) == nil, "bit \(bit)")
        }
        for length in 0..<bytes.count { #expect(Self.accepted(Array(bytes[..<length])) == nil) }
        for extra in 0...255 as ClosedRange<UInt8> {
            #expect(Self.accepted(bytes + [extra]) == nil)
            #expect(Self.accepted([extra] + bytes) == nil)
        }
    }

    @Test("Only the one spelling is a cursor, even when it is signed")
    func spelling() {
        let head: [UInt8] = [3] + Self.sample.subscription.bytes + [0]
        let bodies: [(String, [UInt8], Bool)] = [
            ("empty", head + [0], true), ("one", head + [1, 5, 1, 0, 9], true),
            ("two", head + [2, 5, 1, 0, 9, 6, 1, 0, 9], true),
            ("descending", head + [2, 6, 1, 0, 9, 5, 1, 0, 9], false),
            ("twice", head + [2, 5, 1, 0, 9, 5, 1, 0, 9], false),
            ("lease 0", head + [1, 5, 0, 0, 9], false),
            ("no such partition", head + [1, 100, 1, 0, 9], false),
            ("overlong partition", head + [1, 0x85, 0, 1, 0, 9], false),
            ("too many", head + [101], false), ("missing", head + [1], false),
            ("trailing", head + [1, 5, 1, 0, 9, 0], false),
            ("unknown position", head + [1, 5, 1, 2, 9], false),
            ("version 1", [1] + head.dropFirst() + [1, 5, 1, 0, 9], false),
        ]
        for (name, body, isGood) in bodies {
            #expect((Self.signed(body) != nil) == isGood, "\(name)")
        }
    }

    @Test("No kind of cursor passes for another")
    func kinds() {
        let text = Self.sample.encoded(secret: Self.secret)
        #expect(Cursor.decode(text) == nil && ReadCursor.decode(text) == nil)
        let plain = Cursor(
            subscription: Self.sample.subscription,
            epoch: 3,
            positions: PartitionPositions(ofAll: [.log(offset(1))])
        )
        #expect(GroupCursor.decode(plain.encoded(secret: Self.secret)) == nil)
        let read = ReadCursor(
            stream: StreamIncarnation(high: 1, low: 1),
            first: partition(0),
            offsets: [Offset](repeating: .zero, count: 60)
        )
        #expect(GroupCursor.decode(read.encoded) == nil)
    }
}
