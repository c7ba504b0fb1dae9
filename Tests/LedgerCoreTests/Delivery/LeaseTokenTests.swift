import LedgerBytes
import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A lease as its consumer gives it back")
struct LeaseTokenTests {
    /// A subscription of eight partitions, in epoch 3.
    private static let subscription: SubscriptionRow = {
        let start = [Position](repeating: .log(.zero), count: 8)
        return (0..<3).reduce(SubscriptionRow.test(at: start)) { row, _ in row.moved(to: start) }
    }()

    private static let sample = LeaseToken(
        subscription: subscription.incarnation,
        epoch: 3,
        lease: LeaseID(rawValue: 0x0102_0304_0506_0708),
        parts: [
            LeaseToken.Part(partition(1), granted: Timestamp(milliseconds: 1_000)),
            LeaseToken.Part(partition(7), granted: Timestamp(milliseconds: 2_000)),
        ]
    )

    private static let body: [UInt8] =
        [4] + [0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 3]  // version, subscription
        + [3, 1, 2, 3, 4, 5, 6, 7, 8]  // epoch, lease
        + [2, 1, 0xe8, 0x07, 7, 0xd0, 0x0f]  // two partitions and times

    private func read(
        _ text: String,
        of subscription: SubscriptionRow = subscription
    ) -> Result<LeaseToken, Refusal> {
        Result { () throws(Refusal) in
            try LeaseToken.read(text, of: subscription, rules: .all)
        }
    }

    private func signed(
        _ body: [UInt8],
        by secret: SubscriptionSecret = subscription.secret
    ) -> String {
        Base64URL.encode(body + HMACSHA256.tag(key: secret.bytes, message: body))
    }

    @Test("The text is base64url of these bytes and their tag")
    func goldenVector() {
        let text = Self.sample.encoded(secret: Self.subscription.secret)
        #expect(text == signed(Self.body))
        #expect(read(text) == .success(Self.sample))
    }

    @Test("Every lease is read as it was written", arguments: RandomSeed.cases(50))
    func roundTrip(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let partitions = Partition.all(8).filter { _ in random.happens(0.5) }
        let parts = (partitions.isEmpty ? [partition(3)] : partitions).map { partition in
            let range = 0...Timestamp.latest.milliseconds
            let milliseconds = Int64.random(in: range, using: &random)
            return LeaseToken.Part(partition, granted: Timestamp(milliseconds: milliseconds))
        }
        let token = LeaseToken(
            subscription: Self.subscription.incarnation,
            epoch: 3,
            lease: LeaseID(rawValue: random.next()),
            parts: parts
        )
        #expect(read(token.encoded(secret: Self.subscription.secret)) == .success(token))
    }

    @Test("Whoever made it up, cut it short or changed it holds no lease")
    func forged() {
        let text = Self.sample.encoded(secret: Self.subscription.secret)
        for count in 0..<text.utf8.count {
            #expect(read(String(text.prefix(count))) == .failure(.invalidLease), "\(count)")
        }
        #expect(read(text + "A") == .failure(.invalidLease))
        let bytes =
            Self.body + HMACSHA256.tag(key: Self.subscription.secret.bytes, message: Self.body)
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                #expect(read(Base64URL.encode(changed)) == .failure(.invalidLease))
            }
        }
        let other = SubscriptionSecret(trusted: Array(0..<32))
        #expect(read(signed(Self.body, by: other)) == .failure(.invalidLease))
    }

    @Test("Under the right tag, too, there is one spelling")
    func spellings() {
        let head = Array(Self.body.prefix(17))
        for (name, rest) in [
            ("another version", nil), ("no partition", [3] + [UInt8](1...8) + [0]),
            ("a partition twice", [3] + [UInt8](1...8) + [2, 1, 5, 1, 5]),
            ("partitions out of order", [3] + [UInt8](1...8) + [2, 7, 5, 1, 5]),
            ("one that there is not", [3] + [UInt8](1...8) + [1, 8, 5]),
            ("a longer number", [3] + [UInt8](1...8) + [1, 1, 0x85, 0]),
            ("a byte more", [3] + [UInt8](1...8) + [1, 1, 5, 0]),
            (
                "a time after the year 9999",
                [3] + [UInt8](1...8) + [1, 1] + [0xff, 0xff, 0xff, 0xff]
                    + [0xff, 0xff, 0x7f]
            ),
        ] as [(String, [UInt8]?)] {
            let body = rest.map { head + $0 } ?? [3] + Self.body.dropFirst()
            #expect(read(signed(body)) == .failure(.invalidLease), "\(name)")
        }
        #expect((try? read(signed(head + [3] + [UInt8](1...8) + [1, 1, 5])).get()) != nil)
        // Damage that is signed all the same is refused, or is the one spelling of another lease.
        var random = SeededGenerator(seed: 9)
        for _ in 0..<3_000 {
            var body = Self.body
            for _ in 0...random.index(below: 3) {
                body[random.index(below: body.count)] = UInt8(random.index(below: 256))
            }
            let text = signed(body)
            guard case .success(let token) = read(text) else { continue }
            #expect(token.encoded(secret: Self.subscription.secret) == text)
        }
    }

    @Test("It is of one subscription, one seek epoch, and no kind of cursor")
    func others() throws {
        let text = Self.sample.encoded(secret: Self.subscription.secret)
        let start = Self.subscription.positions
        let id = SubscriptionIncarnation(high: 4, low: 4)
        let other = SubscriptionRow.test(incarnation: id, at: start)
        #expect(read(text, of: other) == .failure(.invalidLease))
        for epochs in [2, 4] {
            let row = (0..<epochs).reduce(SubscriptionRow.test(at: start)) { row, _ in
                row.moved(to: start)
            }
            #expect(read(text, of: row) == .failure(.cursorSuperseded))
        }
        let few = SubscriptionRow.test(at: Array(start.prefix(7)))
        #expect(read(text, of: few) == .failure(.invalidLease))
        #expect(Cursor.decode(text) == nil && GroupCursor.decode(text) == nil)
        #expect(ReadCursor.decode(text) == nil)
        let cursor = Cursor(
            subscription: Self.subscription.incarnation,
            epoch: 3,
            positions: PartitionPositions(ofAll: start)
        )
        let plain = cursor.encoded(secret: Self.subscription.secret)
        #expect(read(plain) == .failure(.invalidLease))
    }

    @Test("A named attempt has one lease, of its own in each subscription and epoch")
    func attempts() {
        let start = Self.subscription.positions
        let rows = [
            SubscriptionRow.test(at: start), Self.subscription,
            .test(incarnation: SubscriptionIncarnation(high: 4, low: 4), at: start),
        ]
        let ids = rows.flatMap { row in ["a", "b", ""].map { LeaseID(of: $0, in: row) } }
        #expect(Set(ids).count == ids.count)
        #expect(LeaseID(of: "a", in: rows[0]) == ids[0])
    }
}
