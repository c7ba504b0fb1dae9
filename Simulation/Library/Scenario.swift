import LedgerCore
import LedgerTesting

/// The make-up of one history, drawn from its seed.
struct Scenario: Sendable {
    private(set) var partitions: Int
    private(set) var retentionHours: Int?
    let compaction: Bool
    let writers: Int
    private(set) var publishes: Int
    let consumers: Int
    let polls: Int
    let compactors: Int
    let sweepers: Int
    /// The number of functions that the table's records wake.
    let doorbells: Int
    let keys: Int
    /// True when some publishes are so large that a partition takes them in several chunks.
    let hasLargeEvents: Bool
    private(set) var faults: Faults
    /// True when the stream is deleted and created anew in the middle.
    private(set) var recreates: Bool
    let changesRetention: Bool
    /// The engine is in the process, as SQLite: there is one process, and it alone removes rows.
    let isEmbedded: Bool
    /// The number of processes that serve all writers and consumers; nil when each has one of its own.
    let servers: Int?
    /// Nobody folds: sweeps only ring for it, and whoever should answer is not there.
    let isLazy: Bool
    /// The longest that a poll waits for events.
    let wait: Duration
    /// The table refuses every write for a while, now and then.
    private(set) var brownsOut: Bool
    /// The probability that a process is frozen, in the middle of whatever it does, at each step.
    private(set) var freezing: Double
    /// The number of times that processes are frozen, all in all.
    private(set) var freezes: Int
    /// The longest that a process is frozen at once.
    private(set) var longestFreeze: Duration = .hours(4 * 24)
    /// The most by which wall clocks are off.
    private(set) var skew: Duration
    /// True when a fold and a sweep must get on under faults that do not end.
    private(set) var hasSteadyFaults: Bool
    /// True when wall clocks now and then leap days ahead, and back within the hour.
    private(set) var leaps: Bool
    /// The longest pause between two steps of a writer.
    private(set) var longestPause: Duration
    /// The members that share a subscription; nil in most histories.
    let group: GroupScenario?
    /// The consumers that acknowledge a subscription's events one by one; nil in most histories.
    let delivery: DeliveryScenario?

    /// Draws a scenario; a group or a delivery, drawn apart from it, makes it one of minutes.
    init(
        _ random: inout SeededGenerator,
        group: GroupScenario?,
        delivery: DeliveryScenario?
    ) {
        self.group = group
        self.delivery = group == nil ? delivery : nil
        isEmbedded = random.happens(0.2)
        isLazy = !isEmbedded && random.happens(0.1)
        servers = isEmbedded ? 1 : random.pick([nil, nil, 1, 2])
        brownsOut = random.happens(0.2)
        wait = random.pick([.zero, .zero, .milliseconds(500), .seconds(20)])
        partitions = random.pick([1, 1, 2, 3])
        retentionHours = isLazy ? 1 : random.pick([1, 24, 48, 72, nil])
        compaction = isLazy || random.happens(0.8)
        writers = 1 + random.index(4)
        publishes = 2 + random.index(7)
        consumers = 1 + random.index(3)
        polls = 3 + random.index(8)
        compactors = isLazy ? 0 : 1 + random.index(3)
        sweepers = isLazy ? 2 : random.pick([0, 1, 1, 2])
        keys = 1 + random.index(5)
        hasLargeEvents = random.happens(0.15)
        let drawn = Faults.drawn(&random)
        faults = isEmbedded ? Faults(throttled: drawn.throttled) : drawn
        recreates = random.happens(0.2)
        changesRetention = random.happens(0.3)
        freezing = random.pick([0, 0, 0.002, 0.01])
        freezes = 1 + random.index(30)
        // A process whose clock is off by five minutes can sign nothing.
        skew = random.pick([.zero, .seconds(1), .seconds(60), .seconds(240)])
        hasSteadyFaults = !isLazy && random.happens(0.02)
        doorbells = compaction && !isEmbedded && !isLazy ? random.index(3) : 0
        let days = Duration.hours(3 * 24)
        let pause = random.pick([.milliseconds(50), .seconds(5), .seconds(120), .hours(1), days])
        // Chunks that become visible one by one are seen so by who reads close behind.
        longestPause = isLazy ? days : hasLargeEvents ? .milliseconds(50) : pause
        leaps = random.happens(0.25)
        if let group { adapt(to: group) }
        if let delivery = self.delivery { adapt(to: delivery) }
    }

    /// Lets the others live at the pace of a delivery, whose leases last for seconds.
    private mutating func adapt(to delivery: DeliveryScenario) {
        partitions = delivery.partitions
        publishes = delivery.publishes
        longestPause = delivery.longestPause
        skew = min(skew, DeliveryScenario.skew)
        freezes = delivery.freezes
        longestFreeze = delivery.longestFreeze
        retentionHours = delivery.retentionHours ?? retentionHours
        hasSteadyFaults = false
        guard delivery.onlyIllness != nil else { return }
        (faults, freezing) = (.none, 0)
        (brownsOut, leaps, recreates) = (false, false, false)
    }

    /// Lets the others live at the pace of a group, whose sessions last for seconds.
    private mutating func adapt(to group: GroupScenario) {
        partitions = group.partitions
        publishes = group.publishes
        longestPause = group.longestPause
        skew = min(skew, GroupScenario.skew)
        freezes = group.freezes
        longestFreeze = group.longestFreeze
        hasSteadyFaults = false
    }
}
