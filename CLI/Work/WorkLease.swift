/// The events of one receive, held under one lease, and what became of each.
///
///     ready ─→ running ─→ settled ⇄ telling ─→ told
///       └──────────────────↗
///
/// What is settled waits to be told to the ledger; while a call tells it, it is telling, and settled
/// again where that call failed.
struct WorkLease {
    /// What became of an event.
    enum Fate: Hashable, Sendable {
        case done
        case failed(reason: String)
        /// Given back: not run, or not to the end.
        case released
    }

    private enum State {
        /// Next: running, settled, told.
        case ready
        /// A command runs for it. Next: settled, told.
        case running
        /// Next: telling, told.
        case settled(Fate)
        /// Next: settled, told.
        case telling(Fate)
        /// Nothing is left to do about it.
        case told

        var kind: Kind {
            switch self {
            case .ready: .ready
            case .running: .running
            case .settled: .settled
            case .telling: .telling
            case .told: .told
            }
        }
    }

    private enum Kind { case ready, running, settled, telling, told }

    /// The events of a call that tells the ledger what became of them.
    struct Report: Sendable {
        let acknowledgement: Acknowledgement
        fileprivate let entries: [Int]
    }

    /// The name by which the ledger knows it.
    let name: String
    /// Seconds for which it holds the events, from its start and from each extension on.
    private let length: Int64
    private let events: [ReceivedEvent]
    private var states: [State]
    private var counts: [Kind: Int]
    /// The time by which the ledger is to hear of it: half of its length is over.
    private(set) var extendAt: ContinuousClock.Instant
    /// The time from which on others may have its events.
    private(set) var overAt: ContinuousClock.Instant
    /// Since when something waits to be told; nil while nothing does.
    private(set) var settledAt: ContinuousClock.Instant?
    /// True once the ledger has said that it holds nothing any more.
    private(set) var isLost = false

    /// The lease of a page that has events, as it came.
    init(_ name: String, of page: ReceivedPage, now: ContinuousClock.Instant) {
        self.name = name
        // Without a length it would be extended all the time.
        length = max(1, page.ackWait)
        events = page.events
        states = Array(repeating: .ready, count: events.count)
        counts = [.ready: events.count]
        (extendAt, overAt) = (now, now)
        restart(at: now)
    }

    private var half: Duration { .milliseconds(length * 500) }
    /// The number of its events.
    var count: Int { events.count }
    /// True when an event waits for a command.
    var hasReady: Bool { counts[.ready, default: 0] > 0 }
    private var hasRunning: Bool { counts[.running, default: 0] > 0 }
    /// True while a command runs for one of its events or is to run.
    var isUnderWay: Bool { hasReady || hasRunning }
    /// True when something waits to be told.
    var hasNews: Bool { counts[.settled, default: 0] > 0 }
    /// True when nothing is left to do about any of its events.
    var isFinished: Bool { counts[.told, default: 0] == events.count }

    /// Takes up the next event that is not busy, or all at once where none of them is.
    mutating func start(isWhole: Bool, without isBusy: (ReceivedEvent) -> Bool) -> [Int]? {
        guard hasReady else { return nil }
        var entries = events.indices.filter { states[$0].kind == .ready }
        if isWhole {
            guard !entries.contains(where: { isBusy(events[$0]) }) else { return nil }
        } else {
            guard let next = entries.first(where: { !isBusy(events[$0]) }) else { return nil }
            entries = [next]
        }
        become(.running, entries)
        return entries
    }

    func events(of entries: [Int]) -> [ReceivedEvent] { entries.map { events[$0] } }

    /// Takes what became of events for which a command ran.
    mutating func settle(_ entries: [Int], as fate: Fate, now: ContinuousClock.Instant) {
        guard !isLost else { return become(.told, entries) }
        become(.settled(fate), entries)
        settledAt = settledAt ?? now
    }

    /// Gives back what is ready and of a key of which an event failed: it must not pass it.
    mutating func giveBack(behind keys: [[UInt8]], now: ContinuousClock.Instant) {
        giveBack(now: now) { keys.contains($0.key) }
    }

    /// Gives back what is ready, so that others can go on with it.
    mutating func giveBack(now: ContinuousClock.Instant) { giveBack(now: now) { _ in true } }

    private mutating func giveBack(
        now: ContinuousClock.Instant,
        where isMeant: (ReceivedEvent) -> Bool
    ) {
        let entries = events.indices.filter { states[$0].kind == .ready && isMeant(events[$0]) }
        guard !entries.isEmpty else { return }
        settle(entries, as: .released, now: now)
    }

    /// Forgets what is ready, because others may have it; returns the number of events.
    mutating func dropReady() -> Int {
        let entries = events.indices.filter { states[$0].kind == .ready }
        become(.told, entries)
        return entries.count
    }

    /// What the ledger is to be told now; while commands run it also extends the lease.
    mutating func report(now: ContinuousClock.Instant) -> Report {
        var acknowledgement = Acknowledgement(lease: name)
        var done: [EventPlace] = []
        var entries: [Int] = []
        for (entry, event) in events.enumerated() {
            guard case .settled(let fate) = states[entry] else { continue }
            switch fate {
            case .done: done.append(event.place)
            case .failed(let reason):
                acknowledgement.failed.append(.init(place: event.place, reason: reason))
            case .released: acknowledgement.released.append(event.place)
            }
            entries.append(entry)
            become(.telling(fate), [entry])
        }
        acknowledgement.finished = .some(done)
        if isUnderWay {
            acknowledgement.extended = length
            // Not a second time while this one is under way.
            extendAt = now + half
        }
        settledAt = nil
        return Report(acknowledgement: acknowledgement, entries: entries)
    }

    /// Takes the success of a report that was sent at a time.
    mutating func told(_ report: Report, sentAt: ContinuousClock.Instant) {
        become(.told, report.entries)
        if report.acknowledgement.extended != nil { restart(at: sentAt) }
    }

    /// Takes the failure of a report, which is to be told again.
    mutating func untold(_ report: Report, now: ContinuousClock.Instant) {
        for entry in report.entries {
            guard case .telling(let fate) = states[entry] else { continue }
            become(.settled(fate), [entry])
            settledAt = settledAt ?? now
        }
        if report.acknowledgement.extended != nil { extendAt = now }
    }

    /// Gives it up: the ledger holds nothing under it, so nothing is to be told.
    mutating func lose() {
        isLost = true
        settledAt = nil
        become(.told, events.indices.filter { states[$0].kind != .running })
    }

    /// True for an event of the report that somebody waits for, not one that was only given back.
    func matters(_ place: EventPlace, in report: Report) -> Bool {
        report.entries.contains { events[$0].place == place }
            && !report.acknowledgement.released.contains(place)
    }

    private mutating func restart(at time: ContinuousClock.Instant) {
        extendAt = time + half
        overAt = time + .seconds(length)
    }

    private mutating func become(_ state: State, _ entries: [Int]) {
        for entry in entries {
            counts[states[entry].kind, default: 0] -= 1
            states[entry] = state
            counts[state.kind, default: 0] += 1
        }
    }
}
