import LedgerBytes
import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The unfinished events of a partition")
struct OpenEventsTests {
    private static let failure = FailureContext(
        firstDelivery: Timestamp(milliseconds: 1_000),
        lastFailure: Timestamp(milliseconds: 2_000),
        cause: .timeout,
        consumer: "",
        reason: "no"
    )

    private static let timer = RowTimer(
        version: 6,
        start: Timestamp(milliseconds: 2_000),
        length: .seconds(1)
    )

    private static func event(
        _ value: Int64,
        key: UInt32,
        _ state: OpenEvent.State,
        x deliveries: Int = 0,
        failure: FailureContext? = nil,
        isReplay: Bool = false
    ) -> OpenEvent {
        OpenEvent(
            offset(value),
            key: KeyHash(rawValue: key),
            state: state,
            deliveries: deliveries,
            failure: failure,
            isReplay: isReplay
        )
    }

    /// One event in each state.
    private static let sample: OpenEvents = {
        let id = LeaseID(rawValue: 0x0102_0304_0506_0708)
        var open = OpenEvents()
        let lease = RowTimer(
            version: 5,
            start: Timestamp(milliseconds: 1_000),
            length: .seconds(30)
        )
        open.put(
            EventLease(id, timer: lease, granted: Timestamp(milliseconds: 900), consumer: "c")
        )
        open.put(event(3, key: 0xaabb_ccdd, .held(id), x: 1))
        open.put(event(5, key: 1, .held(id), x: 2, failure: failure))
        open.put(event(7, key: 2, .ready))
        open.put(event(9, key: 2, .ready, isReplay: true))
        open.put(event(4, key: 3, .waiting(timer), x: 1, failure: failure))
        open.put(event(1, key: 4, .parked))
        open.put(Rest(KeyHash(rawValue: 5), from: offset(8), count: 3))
        return open
    }()

    private static let golden: [UInt8] = [
        1,  // version
        1, 1, 2, 3, 4, 5, 6, 7, 8,  // one lease, its id
        5, 0xe8, 0x07, 0xb0, 0xea, 0x01,  // its timer: version, start, 30,000 ms
        0x84, 0x07, 1, 0x63,  // granted, "c"
        2,  // its events
        6, 0xaa, 0xbb, 0xcc, 0xdd,  // 3, for the first time
        5, 2, 2,  // 2 further, a second delivery, a failure
        0xe8, 0x07, 0xd0, 0x0f, 1, 0, 2, 0x6e, 0x6f,  // 1,000, 2,000, timeout, "", "no"
        0, 0, 0, 1,
        2, 14, 0, 0, 0, 2, 5, 0, 1, 0, 0, 0, 2,  // two are ready, the second asked for again
        1, 9, 1, 2, 0xe8, 0x07, 0xd0, 0x0f, 1, 0, 2, 0x6e, 0x6f, 0, 0, 0, 3,  // one waits
        6, 0xd0, 0x0f, 0xe8, 0x07,  // its timer
        1, 2, 0, 0, 0, 4,  // one is parked
        1, 0, 0, 0, 5, 8, 3,  // one key rests
    ]

    // MARK: The stored form

    @Test("The stored form is this one, byte for byte")
    func goldenVector() {
        #expect(Self.sample.encoded == Self.golden)
        #expect(OpenEvents.decode(Self.golden) == Self.sample)
        #expect(OpenEvents().encoded == [1, 0, 0, 0, 0, 0])
        #expect(OpenEvents.decode([1, 0, 0, 0, 0, 0]) == OpenEvents())
    }

    @Test("Whatever is unfinished is read as it was written", arguments: RandomSeed.cases(200))
    func roundTrip(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let open = OpenEvents.random(using: &random)
        #expect(OpenEvents.decode(open.encoded) == open)
    }

    @Test("The last offset that there is can be written as any other")
    func lastOffset() {
        for value in [1 << 62, .max] as [Int64] {
            var open = OpenEvents()
            open.put(Self.event(value, key: 1, .ready))
            #expect(OpenEvents.decode(open.encoded) == open)
        }
    }

    @Test("Nothing that is cut short or longer is read")
    func truncations() {
        for count in 0..<Self.golden.count {
            #expect(OpenEvents.decode(Array(Self.golden.prefix(count))) == nil, "\(count)")
        }
        #expect(OpenEvents.decode(Self.golden + [0]) == nil)
    }

    @Test("Damage is refused, or is the one spelling of something else", arguments: [true, false])
    func mutations(_ isSmall: Bool) {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<1_500 {
            let open = isSmall ? Self.sample : OpenEvents.random(using: &random)
            var bytes = open.encoded
            for _ in 0...random.index(below: 3) {
                let at = random.index(below: bytes.count)
                switch random.index(below: 3) {
                case 0: bytes[at] ^= 1 << UInt8(random.index(below: 8))
                case 1: bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random.index(below: 5)]
                default: bytes.remove(at: at)
                }
                guard !bytes.isEmpty else { break }
            }
            guard let found = OpenEvents.decode(bytes) else { continue }
            #expect(found.encoded == bytes, "\(bytes)")
        }
    }

    @Test("Every spelling but the one is refused")
    func spellings() {
        func isRead(_ groups: [UInt8]...) -> Bool {
            OpenEvents.decode([1] + groups.flatMap(\.self)) != nil
        }
        let lease: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 9, 5, 1, 1, 1, 0]
        let event: [UInt8] = [6, 0, 0, 0, 2]
        #expect(isRead([1] + lease + [1] + event, [0], [0], [0], [0]))
        // A lease without events, and two of one id.
        #expect(!isRead([1] + lease + [0], [0], [0], [0], [0]))
        let twice = [2] + lease + [1] + event + lease + [1, 8, 0, 0, 0, 2]
        #expect(!isRead(twice, [0], [0], [0], [0]))
        // One offset twice, in one group and in two.
        #expect(!isRead([0], [2] + event + [0, 0, 0, 0, 2], [0], [0], [0]))
        #expect(!isRead([0], [1] + event, [0], [1] + event, [0]))
        // A first delivery spelled as any other, and a mark that there is not.
        #expect(!isRead([0], [1, 7, 0, 0, 0, 0, 0, 2], [0], [0], [0]))
        #expect(isRead([0], [1, 7, 1, 0, 0, 0, 0, 2], [0], [0], [0]))
        #expect(!isRead([0], [1, 7, 1, 4, 0, 0, 0, 2], [0], [0], [0]))
        // A key that rests twice, and keys out of order.
        let rest: [UInt8] = [0, 0, 0, 5, 8, 3]
        #expect(isRead([0], [0], [0], [0], [1] + rest))
        #expect(!isRead([0], [0], [0], [0], [2] + rest + rest))
        #expect(!isRead([0], [0], [0], [0], [2] + rest + [0, 0, 0, 4, 8, 3]))
        // A text that is no text, an unknown cause, a moment after the year 9999.
        let late: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]
        for failure in [[1, 1, 1, 1, 0xff, 0], [1, 1, 7, 0, 0], late + [1, 1, 0, 0]] {
            #expect(!isRead([0], [1, 7, 1, 2] + failure + [0, 0, 0, 2], [0], [0], [0]))
        }
    }

    @Test("An event that is handed out for the first time takes five or six bytes, a rest eight")
    func sizes() {
        let (id, key) = (LeaseID(rawValue: 9), KeyHash(rawValue: 1))
        var open = OpenEvents()
        let timer = RowTimer(version: 70_000, start: PlanRows.now, length: .seconds(30))
        open.put(EventLease(id, timer: timer, granted: PlanRows.now, consumer: "worker-1"))
        open.put(OpenEvent(offset(70_000), key: key, state: .held(id), deliveries: 1))
        let one = open.encoded.count
        #expect(one <= 6 + 40 + 7)
        open.put(OpenEvent(offset(70_063), key: key, state: .held(id), deliveries: 1))
        #expect(open.encoded.count == one + 5)
        open.put(OpenEvent(offset(70_163), key: key, state: .held(id), deliveries: 1))
        #expect(open.encoded.count == one + 5 + 6)
        open.put(Rest(key, from: offset(70_000), count: 9))
        #expect(open.encoded.count == one + 5 + 6 + 8)
    }

    /// As many failed events as may be open, each with the longest texts and a lease of its own.
    private func largest() -> OpenEvents {
        var open = OpenEvents()
        let (name, reason) = (String(repeating: "n", count: 64), String(repeating: "r", count: 128))
        let failure = FailureContext(
            firstDelivery: PlanRows.now,
            lastFailure: PlanRows.now,
            cause: .nack,
            consumer: name,
            reason: reason
        )
        let timer = RowTimer(
            version: 1 << 40,
            start: PlanRows.now,
            length: Limits.longestLease
        )
        var (leases, events, rests): ([EventLease], [OpenEvent], [Rest]) = ([], [], [])
        for index in 0..<Limits.maxOpen.upperBound {
            let (place, id) = (offset(1 << 40 + Int64(index)), LeaseID(rawValue: UInt64(index)))
            let key = KeyHash(rawValue: UInt32(index))
            leases.append(EventLease(id, timer: timer, granted: PlanRows.now, consumer: name))
            events.append(
                OpenEvent(place, key: key, state: .held(id), deliveries: 1_000, failure: failure)
            )
            rests.append(Rest(key, from: place, count: 1_000))
        }
        (open.leases, open.events, open.rests) = (leases, events, rests)
        return open
    }

    @Test("A row that would get too large loses its texts, fits, and nothing else is lost")
    func withoutTexts() throws {
        let open = largest()
        let bytes = open.encoded
        #expect(bytes.count < Limits.itemBytes - 1_024)
        let found = try #require(OpenEvents.decode(bytes))
        #expect(found.encoded == bytes)
        #expect(found.leases.allSatisfy { $0.consumer.isEmpty })
        #expect(found.events.allSatisfy { $0.failure?.reason.isEmpty == true })
        #expect(found.events.map(\.deliveries) == open.events.map(\.deliveries))
        #expect(found.events.map(\.failure?.firstDelivery) == open.events.map { _ in PlanRows.now })
        #expect(found.rests == open.rests && found.leases.map(\.timer) == open.leases.map(\.timer))
        // A row just below keeps them.
        var smaller = OpenEvents()
        smaller.leases = Array(open.leases.prefix(700))
        smaller.events = Array(open.events.prefix(700))
        #expect(OpenEvents.decode(smaller.encoded) == smaller)
    }

    // MARK: The value

    @Test("Events, leases and rests stand in order, each once, however they came")
    func order() {
        var random = SeededGenerator(seed: 3)
        var open = OpenEvents()
        var expected: [Int64: OpenEvent] = [:]
        for _ in 0..<400 {
            let value = Int64(random.index(below: 40))
            if random.happens(0.4) {
                open.remove(at: offset(value))
                expected[value] = nil
            } else {
                let event = Self.event(value, key: UInt32(value), .ready, x: random.index(below: 9))
                open.put(event)
                expected[value] = event
            }
            #expect(open.events == expected.sorted { $0.key < $1.key }.map(\.value))
            #expect(open.event(at: offset(value)) == expected[value])
        }
        for number in [5, 3, 9, 3] as [UInt64] {
            let id = LeaseID(rawValue: number)
            open.put(EventLease(id, timer: Self.timer, granted: PlanRows.now, consumer: ""))
            open.put(Rest(KeyHash(rawValue: UInt32(number)), from: .zero, count: 1))
        }
        #expect(open.leases.map(\.id.rawValue) == [3, 5, 9])
        #expect(open.rests.map(\.key.rawValue) == [3, 5, 9])
        #expect(
            open.lease(LeaseID(rawValue: 4)) == nil && open.rest(of: KeyHash(rawValue: 4)) == nil
        )
        open.put(Self.event(50, key: 1, .held(LeaseID(rawValue: 5))))
        open.dropEmptyLeases()
        #expect(open.leases.map(\.id.rawValue) == [5])
    }

    @Test("A key's hash is four bytes of SHA-256 of salt and key, first byte first")
    func hashes() {
        let digest = SHA256.digest(DeliveryRows.salt.bytes, Array("a".utf8)).bytes
        let value = digest[..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        #expect(DeliveryRows.hash("a").rawValue == value)
        let other = DeliverySalt(high: 5, low: 7)
        let salted = Array("a".utf8).withUnsafeBytes { KeyHash(of: $0, salt: other) }
        #expect(salted != DeliveryRows.hash("a"))
    }
}

extension OpenEvents {
    /// Unfinished events such as a row may have.
    static func random(using random: inout SeededGenerator) -> OpenEvents {
        var open = OpenEvents()
        var place: Int64 = random.happens(0.3) ? 0 : Int64.random(in: 0..<1 << 40, using: &random)
        for _ in 0..<random.index(below: 30) {
            let state: OpenEvent.State =
                switch random.index(below: 5) {
                case 0, 1: .held(LeaseID(rawValue: UInt64(random.index(below: 4))))
                case 2: .waiting(timer(using: &random))
                case 3: .parked
                default: .ready
                }
            open.put(
                OpenEvent(
                    offset(place),
                    key: KeyHash(rawValue: UInt32.random(in: 0...9, using: &random)),
                    state: state,
                    deliveries: random.happens(0.5) ? 1 : random.index(below: 1_001),
                    failure: random.happens(0.5) ? failure(using: &random) : nil,
                    isReplay: random.happens(0.1)
                )
            )
            place += Int64.random(in: 1...(random.happens(0.9) ? 90 : 1 << 20), using: &random)
        }
        for id in Set(open.events.compactMap(\.lease)) {
            open.put(
                EventLease(
                    id,
                    timer: timer(using: &random),
                    granted: moment(using: &random),
                    consumer: text(upTo: Limits.consumerBytes, using: &random)
                )
            )
        }
        for _ in 0..<random.index(below: 5) {
            let key = KeyHash(rawValue: UInt32.random(in: 0...UInt32.max, using: &random))
            open.put(Rest(key, from: offset(place), count: random.index(below: 1_000)))
        }
        return open
    }

    private static func moment(using random: inout SeededGenerator) -> Timestamp {
        Timestamp(
            milliseconds: Int64.random(in: 0...Timestamp.latest.milliseconds, using: &random)
        )
    }

    private static func timer(using random: inout SeededGenerator) -> RowTimer {
        RowTimer(
            version: Int64.random(in: 0...(1 << 50), using: &random),
            start: moment(using: &random),
            length: random.duration(in: .zero...Limits.longestTimer)
        )
    }

    private static func failure(using random: inout SeededGenerator) -> FailureContext {
        FailureContext(
            firstDelivery: moment(using: &random),
            lastFailure: moment(using: &random),
            cause: FailureCause(rawValue: UInt8(1 + random.index(below: 6))) ?? .nack,
            consumer: text(upTo: Limits.consumerBytes, using: &random),
            reason: text(upTo: Limits.openReasonBytes, using: &random)
        )
    }

    private static func text(upTo limit: Int, using random: inout SeededGenerator) -> String {
        let whole = String(repeating: "aé€😀 \u{0}", count: random.index(below: 20))
        return whole.cut(toUTF8: random.index(below: limit + 1))
    }
}
