/// The work that one call may do, whatever it delivers (design, section 5).
package struct ReadBudget: Hashable, Sendable {
    /// Bytes of records before compression; the first batch is decoded whatever its size.
    package let bytes: Int
    /// Events and entries of the compacted state that may be looked at.
    package let entries: Int
    /// The time after which nothing more is read, once the page has got anywhere.
    package let time: Duration

    package init(bytes: Int, entries: Int, time: Duration) {
        precondition(bytes > 0 && entries > 0, "a call must get somewhere")
        self.bytes = bytes
        self.entries = entries
        self.time = time
    }

    /// The budget of a call, which is smaller where what it looks at may be for nothing.
    package static func ofCall(isFiltered: Bool) -> ReadBudget {
        ReadBudget(
            bytes: isFiltered ? Limits.filteredReadBytes : Limits.readBytes,
            entries: Limits.readEntries,
            time: Limits.readTime
        )
    }
}

/// The part of its budget that a call has used.
struct ReadWork: Sendable {
    private let budget: ReadBudget
    private let begin: Instant
    private(set) var bytes = 0
    private(set) var entries = 0

    init(_ budget: ReadBudget, begin: Instant) {
        self.budget = budget
        self.begin = begin
    }

    /// Events and entries that may still be looked at.
    var entriesLeft: Int { budget.entries - entries }

    /// True if a batch of so many bytes may still be decoded.
    func allows(bytes more: Int) -> Bool { bytes == 0 || bytes + more <= budget.bytes }

    func isOverTime(at now: Instant) -> Bool {
        now.elapsed(since: begin) >= budget.time
    }

    mutating func decode(bytes more: Int) { bytes += more }

    mutating func look() { entries += 1 }
}
