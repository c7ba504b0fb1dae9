import LedgerCore
import LedgerTesting

/// The make-up of the group in those histories that have one.
///
/// It is drawn by a generator of its own: histories without a group stay as they are.
struct GroupScenario: Sendable {
    /// The share of histories with a group.
    private static let share = 0.2
    /// The most by which wall clocks are off: any two agree to five minutes.
    static let skew: Duration = .seconds(149)

    let partitions: Int
    let publishes: Int
    let members: Int
    let polls: Int
    /// The length of every member's session.
    let session: Duration
    let longestPause: Duration
    let freezes: Int
    let longestFreeze: Duration
    /// The number of clients that know nothing of groups and use the same subscription.
    let plainClients: Int
    /// True when the subscription is moved now and then.
    let seeks: Bool
    /// True when it begins with the compacted state, where there is one.
    let startsCompacted: Bool
    /// The probability that a member comes, goes or stands still between two polls.
    let unrest: Double
    /// The probability that a commit goes its own way, while its member goes on.
    let haste: Double

    /// The group of the history with this seed; nil: it has none.
    static func drawn(for seed: UInt64) -> GroupScenario? {
        var random = SeededGenerator(seed: seed ^ 0x6d65_6d62_6572_73)
        return random.happens(share) ? GroupScenario(&random) : nil
    }

    private init(_ random: inout SeededGenerator) {
        partitions = random.pick([1, 2, 3, 4, 5])
        publishes = 5 + random.index(16)
        members = 2 + random.index(4)
        polls = 15 + random.index(30)
        session = .seconds(random.pick([10, 10, 20, 45]))
        longestPause = random.pick([.milliseconds(200), .seconds(3), .seconds(15)])
        freezes = 5 + random.index(30)
        longestFreeze = random.pick([.seconds(30), .seconds(120), .seconds(900)])
        plainClients = random.pick([0, 0, 1])
        seeks = random.happens(0.3)
        unrest = random.pick([0.05, 0.15, 0.3])
        startsCompacted = random.happens(0.2)
        haste = random.pick([0, 0.3, 0.7])
    }
}
