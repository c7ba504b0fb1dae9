import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A delivery's policy")
struct DeliveryPolicyTests {
    private static let usual: [UInt8] = [
        1, 1, 0,  // version, by key, park
        30, 5,  // seconds, deliveries
        0xe8, 0x07, 0x90, 0x4e,  // 1,000 open, 10,000 parked
        4, 1, 10, 60, 0xac, 0x02,  // four pauses, seconds
    ]

    @Test("The usual policy is this one, byte for byte")
    func goldenVector() {
        #expect(DeliveryPolicy().encoded == Self.usual)
        #expect(DeliveryPolicy.decode(Self.usual) == DeliveryPolicy())
        let hold = DeliveryPolicy(maxDeliveries: nil, exhaustion: .hold, backoff: [.zero])
        #expect(hold.encoded == [1, 1, 1, 30, 0, 0xe8, 0x07, 0x90, 0x4e, 1, 0])
        #expect(DeliveryPolicy.decode(hold.encoded) == hold)
    }

    @Test("Every valid policy is read as it was written", arguments: RandomSeed.cases(100))
    func roundTrip(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let order: DeliveryPolicy.Order = random.happens(0.5) ? .key : .none
        let policy = DeliveryPolicy(
            order: order,
            ackWait: .seconds(Int.random(in: 5...43_200, using: &random)),
            maxDeliveries: random.happens(0.2) ? nil : 1 + random.index(below: 1_000),
            exhaustion: order == .key && random.happens(0.5) ? .hold : .park,
            backoff: (0...random.index(below: 20)).map { _ in
                .seconds(random.index(below: 86_401))
            },
            maxOpen: 10 + random.index(below: 3_991),
            maxParked: 100 + random.index(below: 999_901)
        )
        #expect(policy.isValid)
        #expect(DeliveryPolicy.decode(policy.encoded) == policy)
    }

    @Test("A field out of its limits, or that does not fit the others, is refused")
    func limits() {
        func isValid(_ change: (inout DeliveryPolicy) -> Void) -> Bool {
            var policy = DeliveryPolicy()
            change(&policy)
            #expect((DeliveryPolicy.decode(policy.encoded) != nil) == policy.isValid)
            return policy.isValid
        }
        for (seconds, expected) in [(4, false), (5, true), (43_200, true), (43_201, false)] {
            #expect(isValid { $0.ackWait = .seconds(seconds) } == expected)
        }
        for (count, expected) in [(1, true), (1_000, true), (1_001, false)] {
            #expect(isValid { $0.maxDeliveries = count } == expected)
        }
        for (count, expected) in [(9, false), (10, true), (4_000, true), (4_001, false)] {
            #expect(isValid { $0.maxOpen = count } == expected)
        }
        for (count, expected) in [(99, false), (100, true), (1_000_000, true), (1_000_001, false)] {
            #expect(isValid { $0.maxParked = count } == expected)
        }
        for (pauses, expected) in [([], false), ([86_400], true), ([86_401], false)] {
            #expect(isValid { $0.backoff = pauses.map { .seconds($0) } } == expected)
        }
        for (count, expected) in [(20, true), (21, false)] {
            #expect(isValid { $0.backoff = .init(repeating: .zero, count: count) } == expected)
        }
        #expect(!DeliveryPolicy(order: .none, exhaustion: .hold).isValid)
        #expect(DeliveryPolicy.decode([1, 0, 1] + Self.usual.dropFirst(3)) == nil)
    }

    @Test("Nothing that is cut short, longer or unknown is read, and damage has one spelling")
    func damage() {
        for count in 0..<Self.usual.count {
            #expect(DeliveryPolicy.decode(Array(Self.usual.prefix(count))) == nil)
        }
        #expect(DeliveryPolicy.decode(Self.usual + [0]) == nil)
        for (index, byte) in [(0, 2), (1, 2), (2, 2), (9, 0), (9, 21)] as [(Int, UInt8)] {
            var bytes = Self.usual
            bytes[index] = byte
            #expect(DeliveryPolicy.decode(bytes) == nil, "\(index)")
        }
        var random = SeededGenerator(seed: 5)
        for _ in 0..<3_000 {
            var bytes = Self.usual
            for _ in 0...random.index(below: 2) {
                bytes[random.index(below: bytes.count)] = UInt8(random.index(below: 256))
            }
            guard let found = DeliveryPolicy.decode(bytes) else { continue }
            #expect(found.encoded == bytes)
        }
    }

    @Test("Pauses follow one another, the last one repeats, and chance moves each by a fifth")
    func pauses() {
        let policy = DeliveryPolicy(backoff: [.zero, .seconds(10), .seconds(60)])
        for (failures, seconds) in [(0, 0), (1, 0), (2, 10), (3, 60), (4, 60), (1_000, 60)] {
            let usual = Int64(seconds * 1_000)
            let (least, most) = (usual * 8 / 10, usual * 12 / 10)
            var seen: Set<Int64> = []
            for chance in UInt64(0)..<30_000 {
                seen.insert(policy.pause(after: failures, chance: chance).wholeMilliseconds)
            }
            #expect(seen.min() == least && seen.max() == most, "\(failures)")
            #expect(seen.count == Int(most - least) + 1)
        }
        let longest = DeliveryPolicy(backoff: [Limits.backoff.upperBound])
        #expect(longest.pause(after: 1, chance: 2 * 17_280_000) == Limits.longestTimer)
    }

    @Test("A delivery is the last one at its number, and never without one")
    func last() {
        #expect(!DeliveryPolicy(maxDeliveries: 3).isLast(2))
        #expect(DeliveryPolicy(maxDeliveries: 3).isLast(3))
        #expect(DeliveryPolicy(maxDeliveries: 3).isLast(4))
        #expect(!DeliveryPolicy(maxDeliveries: nil).isLast(1_000_000))
    }
}
