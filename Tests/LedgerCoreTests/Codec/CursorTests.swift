import LedgerBytes
import Testing

@testable import LedgerCore

@Suite struct CursorTests {
    static let secret = SubscriptionSecret(trusted: Array(0..<32))

    static func key(_ text: String) -> EventKey { EventKey(trusted: Array(text.utf8)) }

    static let sample = Cursor(
        subscription: SubscriptionIncarnation(high: 0x0123_4567_89ab_cdef, low: 42),
        epoch: 3,
        positions: PartitionPositions(ofAll: [
            .log(offset(0)), .log(offset(1_000_000)), .snapshot(watermark: offset(7), after: nil),
            .snapshot(watermark: offset(300), after: key("größe/1")),
        ])
    )

    static func accepted(_ bytes: [UInt8], secret: SubscriptionSecret = secret) -> Bool {
        Cursor.decode(Base64URL.encode(bytes))?.verified(secret: secret) != nil
    }

    @Test(
        "A cursor is read again as it was written, with its own secret only",
        arguments: 0..<200 as Range<UInt64>
    )
    func roundTrip(_ seed: UInt64) throws {
        var random = CodecRandom(seed: seed)
        let cursor = Cursor(
            subscription: .random(using: &random),
            epoch: Int64(random.next() >> UInt64.random(in: 1...63, using: &random)),
            positions: PartitionPositions(
                ofAll: (0..<Int.random(in: 1...100, using: &random)).map { _ in
                    Self.position(&random)
                }
            )
        )
        let text = cursor.encoded(secret: Self.secret)
        let decoded = try #require(Cursor.decode(text))
        #expect(decoded.subscription == cursor.subscription)
        #expect(decoded.verified(secret: Self.secret) == cursor, "seed \(seed)")
        #expect(decoded.verified(secret: .random(using: &random)) == nil)
        let positions = cursor.positions.values
        #expect(PositionVector.decode(PositionVector.encode(positions)) == positions)
    }

    private static func position(_ random: inout CodecRandom) -> Position {
        let place = offset(Int64(random.next() >> UInt64.random(in: 1...63, using: &random)))
        return switch random.next() % 3 {
        case 0: .snapshot(watermark: place, after: nil)
        case 1: .snapshot(watermark: place, after: key(String(random.next())))
        default: .log(place)
        }
    }

    @Test("A cursor with any bit flipped is refused")
    func everyFlippedBit() throws {
        let bytes = try #require(Base64URL.decode(Self.sample.encoded(secret: Self.secret)))
        #expect(Self.accepted(bytes))
        for bit in 0..<bytes.count * 8 {
            var forged = bytes
            forged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!Self.accepted(forged), "bit \(bit)")
        }
    }

    @Test("A cursor that is cut off or longer anywhere is refused")
    func everyTruncationAndExtension() throws {
        let bytes = try #require(Base64URL.decode(Self.sample.encoded(secret: Self.secret)))
        for length in 0..<bytes.count { #expect(!Self.accepted(Array(bytes[..<length]))) }
        for extra in 0...255 as ClosedRange<UInt8> {
            #expect(!Self.accepted(bytes + [extra]))
            #expect(!Self.accepted([extra] + bytes))
        }
        let text = Self.sample.encoded(secret: Self.secret)
        for change in [
            text + "=", text + "A", " " + text, text + "\n", "", String(text.dropLast()),
        ] {
            #expect(Cursor.decode(change)?.verified(secret: Self.secret) == nil)
        }
    }

    /// Signed with the right secret, but not as we write it.
    @Test("A cursor that is spelled in another way is refused, even when it is signed")
    func canonical() throws {
        let head: [UInt8] = [1] + Self.sample.subscription.bytes
        let bodies: [(String, [UInt8], Bool)] = [
            ("good", head + [3, 1, 0, 9], true),
            ("other version", [2] + head.dropFirst() + [3, 1, 0, 9], false),
            ("overlong epoch", head + [0x83, 0, 1, 0, 9], false),
            (
                "epoch beyond 63 bits", head + [UInt8](repeating: 0xff, count: 9) + [1, 1, 0, 9],
                false
            ),
            ("unknown tag", head + [3, 1, 2, 9], false),
            ("too many positions", head + [3, 101] + [UInt8](repeating: 0, count: 202), false),
            ("missing position", head + [3, 2, 0, 9], false),
            ("trailing byte", head + [3, 1, 0, 9, 0], false),
            ("unknown key tag", head + [3, 1, 1, 9, 2], false),
            ("empty key", head + [3, 1, 1, 9, 1, 0], false),
            ("key not UTF-8", head + [3, 1, 1, 9, 1, 1, 0xff], false),
            ("key", head + [3, 1, 1, 9, 1, 1, 0x61], true),
        ]
        for (name, body, good) in bodies {
            let signed = body + HMACSHA256.tag(key: Self.secret.bytes, message: body)
            #expect(Self.accepted(signed) == good, "\(name)")
        }
    }

    @Test("Random bytes are no cursor, and positions that are read are spelled in one way")
    func fuzz() {
        for seed in 0..<20_000 as Range<UInt64> {
            var random = CodecRandom(seed: seed)
            let bytes = [1] + random.bytes(Int.random(in: 0...120, using: &random))
            #expect(!Self.accepted(bytes), "seed \(seed)")
            guard let positions = PositionVector.decode(Array(bytes.dropFirst())) else { continue }
            #expect(PositionVector.encode(positions) == Array(bytes.dropFirst()), "seed \(seed)")
        }
    }

    @Test(
        "A page token is read again as it was written, and only by the list it is of",
        arguments: PageToken.Kind.allCases
    )
    func pageTokens(_ kind: PageToken.Kind) throws {
        var random = CodecRandom(seed: 51)
        for key in Self.possibleKeys(kind) {
            let partition = kind == .compacted ? Partition(99) : nil
            let token = PageToken(kind: kind, partition: partition, sortKey: key)
            #expect(PageToken.decode(token.encoded, kind: kind) == token)
            for other in PageToken.Kind.allCases where other != kind {
                #expect(PageToken.decode(token.encoded, kind: other) == nil)
            }
        }
        for bytes in [
            [], [1], [1, kind.rawValue], [2, kind.rawValue, 0], [1, kind.rawValue, 100],
            [1, kind.rawValue, 0x80, 0], [1, kind.rawValue, 0] + random.bytes(1025),
        ] as [[UInt8]] {
            #expect(PageToken.decode(Base64URL.encode(bytes), kind: kind) == nil)
        }
        #expect(PageToken.decode("A", kind: kind) == nil)
    }

    /// Sort keys of rows that a list can have.
    private static func possibleKeys(_ kind: PageToken.Kind) -> [[UInt8]] {
        switch kind {
        case .streams, .subscriptions: [Array("orders".utf8), Array("_1.x-y".utf8)]
        case .apiKeys: [Array("0123456789abcdef".utf8)]
        case .parked: [Array("00000#00000000000000000007".utf8)]
        case .compacted: [[], Array("k".utf8), [UInt8](repeating: 0x61, count: 512)]
        }
    }

    /// DynamoDB refuses a sort key that is no text, or too long, or empty.
    @Test(
        "A page token of a row that its list can't have is refused",
        arguments: PageToken.Kind.allCases
    )
    func impossibleRows(_ kind: PageToken.Kind) {
        var keys: [[UInt8]] = [
            [0xff], [0xc0, 0x80], [UInt8](repeating: 0x61, count: 513),
            [UInt8](repeating: 0x61, count: 1024),
        ]
        if kind != .compacted { keys += [[], Array("a b".utf8), Array("\u{e9}".utf8)] }
        for key in keys {
            let token = PageToken(kind: kind, sortKey: key)
            #expect(PageToken.decode(token.encoded, kind: kind) == nil, "\(key.prefix(8))")
        }
        guard kind != .compacted, let key = Self.possibleKeys(kind).first else { return }
        let elsewhere = PageToken(kind: kind, partition: Partition(1), sortKey: key)
        #expect(PageToken.decode(elsewhere.encoded, kind: kind) == nil)
    }

    @Test("A read cursor is read again as it was written, and refused in another spelling")
    func readCursors() throws {
        let offsets = [0, 127, 128, Int64.max].compactMap { Offset($0) }
        for first in [0, 3, 96] {
            let cursor = ReadCursor(
                stream: StreamIncarnation(high: 0x0123_4567_89ab_cdef, low: 42),
                first: try #require(Partition(first)),
                offsets: offsets
            )
            #expect(ReadCursor.decode(cursor.encoded) == cursor)
            #expect(Cursor.decode(cursor.encoded) == nil)
        }
        let head: [UInt8] = [2] + Self.sample.subscription.bytes
        for (name, body, isGood) in [
            ("good", head + [0, 1, 9], true),
            ("other version", [1] + head.dropFirst() + [0, 1, 9], false),
            ("no partitions", head + [0, 0], false),
            ("beyond the last", head + [99, 2, 9, 9], false),
            ("no such partition", head + [100, 1, 9], false), ("missing", head + [0, 2, 9], false),
            ("trailing", head + [0, 1, 9, 0], false), ("overlong", head + [0, 1, 0x89, 0], false),
            ("too large", head + [0, 1] + [UInt8](repeating: 0xff, count: 9) + [1], false),
        ] as [(String, [UInt8], Bool)] {
            #expect((ReadCursor.decode(Base64URL.encode(body)) != nil) == isGood, "\(name)")
        }
    }
}
