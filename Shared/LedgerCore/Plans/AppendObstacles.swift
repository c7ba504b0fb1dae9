/// Why an ``AppendAttempt``'s transaction was cancelled, by index of its writes.
struct AppendObstacles: Sendable {
    /// Conditions that failed, each with the row in the way.
    let failed: [Int: Item?]
    /// Writes of whose rows nothing is known.
    let unjudged: Set<Int>

    init(_ failed: [Int: Item?], unjudged: Set<Int>) {
        self.failed = failed
        self.unjudged = unjudged
    }
}
