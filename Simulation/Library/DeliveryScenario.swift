import LedgerCore
import LedgerTesting

/// The make-up of the delivery in those histories that have one: a subscription whose events are
/// acknowledged one by one.
///
/// It is drawn by a generator of its own: histories without a delivery stay as they are.
struct DeliveryScenario: Sendable {
    /// The thing that happens to whoever processes an event that nobody can process.
    enum Illness: CaseIterable {
        /// It dies, with all that it had.
        case crash
        /// It says that it can't.
        case nack
        /// It says that it never will.
        case reject
    }

    /// The share of histories with a delivery, of those without a group.
    private static let share = 0.3
    /// The most by which wall clocks are off: any two agree to five minutes.
    static let skew: Duration = .seconds(149)

    let partitions: Int
    let publishes: Int
    let receivers: Int
    /// Calls for events that each receiver makes.
    let rounds: Int
    let policy: DeliveryPolicy
    let longestPause: Duration
    let freezes: Int
    let longestFreeze: Duration
    /// Hours for which events are kept, where the consumers are too slow for them.
    let retentionHours: Int?
    /// The only thing that ever goes wrong; nil in most histories.
    ///
    /// Where it is set each delivery can be accounted for.
    let onlyIllness: Illness?
    /// The share of events that nobody can process.
    let poison: Double
    /// The probability that a receiver acknowledges what it has not processed.
    let sloppiness: Double
    /// The probability that a receiver stands still, or goes, between two steps.
    let unrest: Double
    /// The probability that a call for events is made twice at once.
    let haste: Double
    /// The share of acknowledgements that are sent along with the next call for events.
    let alongShare: Double
    /// True when the subscription is moved now and then.
    let seeks: Bool
    /// True when an operator also parks and drops events.
    let meddles: Bool

    /// The delivery of the history with this seed, which has no group; nil: it has none.
    static func drawn(for seed: UInt64) -> DeliveryScenario? {
        var random = SeededGenerator(seed: seed ^ 0x6465_6c69_7665_7279)
        return random.happens(share) ? DeliveryScenario(&random) : nil
    }

    private init(_ random: inout SeededGenerator) {
        let isCalm = random.happens(0.3)
        let isSlow = !isCalm && random.happens(0.15)
        partitions = random.pick([1, 1, 2, 3])
        publishes = 5 + random.index(16)
        receivers = (isCalm ? 1 : 2) + random.index(3)
        rounds = 15 + random.index(30)
        policy = Self.policy(&random, isSlow: isSlow)
        longestPause =
            isSlow
            ? .seconds(2400)
            : random.pick([.milliseconds(200), .seconds(2), .seconds(10)])
        freezes = isCalm ? 0 : random.index(30)
        longestFreeze =
            isSlow ? .hours(2) : random.pick([.seconds(30), .seconds(120), .seconds(900)])
        retentionHours = isSlow ? 1 : nil
        onlyIllness = isCalm ? random.pick([.crash, .nack]) : nil
        poison = random.pick([0, 0.08, 0.08, 0.2])
        sloppiness = isCalm ? 0 : random.pick([0, 0.1, 0.3])
        unrest = isCalm ? 0 : random.pick([0.02, 0.1])
        haste = isCalm ? 0 : random.pick([0, 0.1, 0.3])
        alongShare = random.pick([0, 0.4, 0.8])
        seeks = !isCalm && random.happens(0.25)
        meddles = !isCalm && random.happens(0.5)
    }

    private static func policy(
        _ random: inout SeededGenerator,
        isSlow: Bool
    ) -> DeliveryPolicy {
        let order: DeliveryPolicy.Order = random.happens(0.85) ? .key : .none
        let wait = isSlow ? random.pick([600, 1800]) : random.pick([5, 5, 10, 30])
        let pauses = isSlow ? [[0], [60, 900]] : [[0], [1], [1, 10], [0, 2, 20]]
        return DeliveryPolicy(
            order: order,
            ackWait: .seconds(wait),
            maxDeliveries: random.pick([1, 2, 3, 4, 4, nil]),
            exhaustion: order == .key && random.happens(0.3) ? .hold : .park,
            backoff: random.pick(pauses).map { .seconds($0) },
            maxOpen: random.pick([10, 10, 20, 1_000])
        )
    }
}
