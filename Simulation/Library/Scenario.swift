import LedgerTesting

/// What one history is made of, drawn from its seed.
struct Scenario: Sendable {
    let partitions: Int
    let retentionHours: Int?
    let compaction: Bool
    let writers: Int
    let publishes: Int
    let consumers: Int
    let polls: Int
    let compactors: Int
    let sweepers: Int
    /// Functions that the table's records wake.
    let doorbells: Int
    let keys: Int
    let faults: Faults
    /// Whether the stream is deleted and created anew in the middle.
    let recreates: Bool
    let changesRetention: Bool
    /// How likely a process is frozen, in the middle of whatever it does, at each step.
    let freezing: Double
    /// How far wall clocks are off at most, milliseconds.
    let skew: Int64
    /// Whether a fold and a sweep must get on under faults that do not end.
    let hasSteadyFaults: Bool
    /// Whether wall clocks now and then leap days ahead, and back within the hour.
    let leaps: Bool
    /// The longest pause between two steps of a writer, milliseconds.
    let longestPause: Int64

    init(_ random: inout SeededGenerator) {
        partitions = random.pick([1, 1, 2, 3])
        retentionHours = random.pick([1, 24, 48, 72, nil])
        compaction = random.happens(0.8)
        writers = 1 + random.index(4)
        publishes = 2 + random.index(7)
        consumers = 1 + random.index(3)
        polls = 3 + random.index(8)
        compactors = 1 + random.index(3)
        sweepers = random.pick([0, 1, 1, 2])
        keys = 1 + random.index(5)
        faults = Faults.drawn(&random)
        recreates = random.happens(0.2)
        changesRetention = random.happens(0.3)
        freezing = random.pick([0, 0, 0.002, 0.01])
        skew = random.pick([0, 1000, 60_000, 300_000])
        hasSteadyFaults = random.happens(0.02)
        doorbells = compaction ? random.index(3) : 0
        longestPause = random.pick([50, 5000, 120_000, 3_600_000, 3 * 86_400_000])
        leaps = random.happens(0.25)
    }
}
