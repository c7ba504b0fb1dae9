/// Decides what `eventledger work` does next: which command runs, what the ledger is asked and told.
///
/// A value without I/O, which ``Worker`` asks for one action after another and tells what came of
/// them. A page is received when a command could run and there is no event for one; the fates of a
/// page that is done go along with it. Other calls tell the ledger only what no receive can take
/// along: while one waits, at the end, and where half of a lease is over.
struct WorkPlan {
    /// How much to do.
    enum Extent: Hashable, Sendable {
        /// Until told to stop.
        case endless
        /// One page.
        case once
        /// Until nothing can be received.
        case untilEmpty
    }

    /// What one command is run for.
    enum Unit: Hashable, Sendable { case event, page }

    struct Settings: Hashable, Sendable {
        /// Commands that run at the same time at most.
        var concurrency = 1
        var unit = Unit.event
        /// True where the events of one key are run one after the other.
        var keepsOrder = true
        var extent = Extent.endless
    }

    /// A command to run.
    struct Job: Sendable {
        let number: Int
        let events: [ReceivedEvent]
    }

    /// A call for events.
    struct Receive: Sendable {
        /// Counts the calls; one that is made again has the same number.
        let number: Int
        let acknowledgement: Acknowledgement?
    }

    /// What is to be done next.
    enum Action {
        /// Run a command, then ``WorkPlan/ended(_:by:now:)``.
        case start(Job)
        /// Ask for events, then ``WorkPlan/received(_:now:)`` or ``WorkPlan/receiveFailed(_:now:)``.
        case receive(Receive)
        /// Tell the ledger, then ``WorkPlan/acknowledged(_:now:)`` or
        /// ``WorkPlan/acknowledgeFailed(_:now:)``.
        case acknowledge(Acknowledgement)
        /// Send a signal, by its number, to all commands that run.
        case passOn(Int32)
        /// Tell a person.
        case say(String)
        /// Wait for what comes, or for the time.
        case wait(until: ContinuousClock.Instant?)
        /// All is done; nil where nothing went wrong but commands.
        case finish(Failure?)
    }

    /// How long news wait for a receive that takes them along, where one may come.
    private static let linger = Duration.milliseconds(100)
    /// The pause after an empty page that came without waiting.
    private static let idlePause = Duration.seconds(1)
    /// Calls that are made again until they succeed: the pauses after the first and at most, and how
    /// often where nothing says that it will succeed.
    private static let (firstPause, longestPause, tries) = (
        Duration.milliseconds(200), Duration.seconds(30), 4
    )

    private struct Running {
        let lease: Int
        let entries: [Int]
        /// The keys that are busy by it.
        let keys: [[UInt8]]
    }

    /// A report on its way to the ledger.
    private struct Sending {
        let lease: Int
        let report: WorkLease.Report
        let sentAt: ContinuousClock.Instant
    }

    private struct Receiving {
        let call: Receive
        let report: Sending?
        /// True when it finds what is there: nothing runs and nothing is left to be told.
        let isConclusive: Bool
        let sentAt: ContinuousClock.Instant
    }

    /// The end, which has begun: nothing new is started.
    private struct Ending {
        var failure: Failure?
        /// A second signal came: what ends by it is given back, and no receive is waited for.
        var isUrgent = false
    }

    private let settings: Settings
    private var leases: [(number: Int, lease: WorkLease)] = []
    private var running: [Int: Running] = [:]
    private var busyKeys: Set<[UInt8]> = []
    private var receiving: Receiving?
    /// A receive that failed and is made again at ``receiveAt``.
    private var retry: Receiving?
    private var receiveAt: ContinuousClock.Instant?
    private var sending: Sending?
    private var tellAt: ContinuousClock.Instant?
    private var (receiveFailures, tellFailures) = (0, 0)
    private var hasReceived = false
    /// `remaining` of the last page, where that was empty.
    private var lastRemaining: Int64?
    /// True when a receive finds nothing new before some command ends.
    private var awaitsEnd = false
    /// True when all that was to be received is.
    private var isExhausted = false
    private var ending: Ending?
    private var signalToPass: Int32?
    private var messages: [String] = []
    /// Counts receives, leases and jobs.
    private var numbers = 0

    init(_ settings: Settings) {
        self.settings = settings
    }

    /// The next action; to be asked for again until it is to wait or to finish.
    mutating func next(now: ContinuousClock.Instant) -> Action {
        forgetFinished(now: now)
        if !messages.isEmpty { return .say(messages.removeFirst()) }
        if let signal = signalToPass {
            signalToPass = nil
            return .passOn(signal)
        }
        if let job = startJob(now: now) { return .start(job) }
        if mayReceive, receiveAt.map({ $0 <= now }) ?? true {
            return .receive(beginReceive(now: now))
        }
        if sending == nil, let (index, due) = nextReport, due <= now {
            return .acknowledge(beginReport(of: index, now: now))
        }
        if isOver { return .finish(ending?.failure) }
        return .wait(until: nextTime(now: now))
    }

    private var isOver: Bool {
        guard ending != nil || isExhausted, running.isEmpty, sending == nil else { return false }
        return receiving == nil && leases.isEmpty
    }

    private func nextTime(now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        var times = leases.filter { $0.lease.hasReady }.map(\.lease.overAt)
        if mayReceive, let receiveAt { times.append(receiveAt) }
        if sending == nil, let (_, due) = nextReport { times.append(due) }
        // What is over while its extension is under way waits for the answer.
        return times.filter { $0 > now }.min()
    }

    /// Forgets leases of which nothing is left, and events that others may have by now.
    private mutating func forgetFinished(now: ContinuousClock.Instant) {
        for index in leases.indices
        where leases[index].lease.overAt <= now && leases[index].number != sending?.lease {
            let count = leases[index].lease.dropReady()
            if count > 0 {
                messages.append("\(Count(count, of: "event")) not run: their lease is over")
            }
        }
        leases.removeAll { $0.lease.isFinished }
    }

    private mutating func freshNumber() -> Int {
        numbers += 1
        return numbers
    }
}

// MARK: - Commands

extension WorkPlan {
    private mutating func startJob(now: ContinuousClock.Instant) -> Job? {
        guard ending == nil, running.count < settings.concurrency else { return nil }
        for index in leases.indices where leases[index].lease.overAt > now {
            let isWhole = settings.unit == .page
            let start = leases[index].lease.start(isWhole: isWhole) { [busyKeys] event in
                busyKeys.contains(event.key)
            }
            guard let entries = start else { continue }
            let events = leases[index].lease.events(of: entries)
            let job = Job(number: freshNumber(), events: events)
            let keys = settings.keepsOrder ? events.map(\.key) : []
            busyKeys.formUnion(keys)
            running[job.number] = Running(
                lease: leases[index].number,
                entries: entries,
                keys: keys
            )
            return job
        }
        return nil
    }

    /// Takes the end of a job's command.
    mutating func ended(_ job: Int, by end: CommandEnd, now: ContinuousClock.Instant) {
        guard let run = running.removeValue(forKey: job) else {
            preconditionFailure("a command ended that was not started")
        }
        busyKeys.subtract(run.keys)
        awaitsEnd = false
        guard let index = leases.firstIndex(where: { $0.number == run.lease }) else {
            preconditionFailure("a lease was forgotten while a command ran for its events")
        }
        if case .notStarted(let problem) = end { fail(.unavailable(problem), now: now) }
        let events = leases[index].lease.events(of: run.entries)
        let fate = fate(of: events, after: end)
        leases[index].lease.settle(run.entries, as: fate, now: now)
        if case .failed = fate, !run.keys.isEmpty {
            leases[index].lease.giveBack(behind: run.keys, now: now)
        }
    }

    private mutating func fate(
        of events: [ReceivedEvent],
        after end: CommandEnd
    ) -> WorkLease.Fate {
        guard let reason = end.reason else { return .done }
        if case .notStarted = end { return .released }
        // Told to stop, it did: the event is not to blame.
        guard ending?.isUrgent != true else { return .released }
        if let event = events.first {
            let what =
                settings.unit == .event
                ? "\(event.place), key \(String(decoding: event.key, as: UTF8.self)), "
                    + "delivery \(event.deliveries)"
                : "\(Count(events.count, of: "event")) from \(event.place) on"
            messages.append(Table.printable("\(what): \(reason)"))
        }
        return .failed(reason: reason)
    }
}

// MARK: - Receiving

extension WorkPlan {
    private var mayReceive: Bool {
        ending == nil && !isExhausted && receiving == nil && !awaitsEnd
            && running.count < settings.concurrency
    }

    private mutating func beginReceive(now: ContinuousClock.Instant) -> Receive {
        receiveAt = nil
        if let again = retry {
            retry = nil
            receiving = again
            return again.call
        }
        // The ledger must hear of the events of a key in their order: not of some while a receive
        // waits with others, nor of these while others are on their way.
        let done = leases.indices.first { index in
            leases[index].lease.hasNews && !leases[index].lease.isUnderWay
                && leases[index].number != sending?.lease
        }
        let report = done.map { beginSending(of: $0, now: now) }
        let call = Receive(
            number: freshNumber(),
            acknowledgement: report?.report.acknowledgement
        )
        let hasOther = leases.contains { $0.lease.isUnderWay || $0.lease.hasNews }
        receiving = Receiving(
            call: call,
            report: report,
            isConclusive: !hasOther && sending == nil,
            sentAt: now
        )
        return call
    }

    /// Takes the answer to a receive.
    mutating func received(_ page: ReceivedPage, now: ContinuousClock.Instant) {
        // After a second signal nobody waits for it.
        guard let receiving else { return }
        self.receiving = nil
        hasReceived = true
        if receiveFailures > 0 { messages.append("the ledger answers again") }
        receiveFailures = 0
        if let report = receiving.report { finish(report, answer: page.acknowledgement) }
        if let name = page.lease {
            leases.append((freshNumber(), WorkLease(name, of: page, now: now)))
            if ending != nil { leases[leases.count - 1].lease.giveBack(now: now) }
        }
        judge(page, of: receiving, now: now)
    }

    /// Decides whether and when the next page is asked for.
    private mutating func judge(
        _ page: ReceivedPage,
        of receiving: Receiving,
        now: ContinuousClock.Instant
    ) {
        if settings.extent == .once { isExhausted = true }
        guard page.events.isEmpty else {
            lastRemaining = nil
            return
        }
        // A filter may have passed over all that there was time for.
        let goesOn = !page.isCaughtUp && lastRemaining.map { page.remaining < $0 } ?? true
        lastRemaining = page.remaining
        guard !goesOn else { return }
        switch settings.extent {
        case .untilEmpty where receiving.isConclusive: isExhausted = true
        case .untilEmpty: awaitsEnd = !running.isEmpty
        case .endless, .once: receiveAt = max(now, receiving.sentAt + Self.idlePause)
        }
    }

    /// Takes the failure of a receive.
    mutating func receiveFailed(_ failure: Failure, now: ContinuousClock.Instant) {
        guard let receiving else { return }
        self.receiving = nil
        if let report = receiving.report, failure.endsLease {
            lose(report.lease)
            return
        }
        guard failure.isTemporary, ending == nil else {
            takeBack(receiving.report, now: now)
            // Told to stop, it needs no events.
            if !failure.isTemporary { fail(failure, now: now) }
            return
        }
        receiveFailures += 1
        let isHopeless = !hasReceived || settings.extent != .endless
        guard receiveFailures < Self.tries || !isHopeless else {
            takeBack(receiving.report, now: now)
            return fail(failure, now: now)
        }
        if receiveFailures == 1 { messages.append("\(failure.message); trying again") }
        retry = receiving
        receiveAt = now + Self.pause(after: receiveFailures)
    }

    private static func pause(after failures: Int) -> Duration {
        min(firstPause * (1 << min(failures - 1, 10)), longestPause)
    }
}

// MARK: - Telling

extension WorkPlan {
    /// The lease of which the ledger is to hear next, and when.
    private var nextReport: (index: Int, due: ContinuousClock.Instant)? {
        leases.indices.compactMap { index in due(leases[index].lease).map { (index, $0) } }
            .min { $0.1 < $1.1 }
    }

    private func due(_ lease: WorkLease) -> ContinuousClock.Instant? {
        guard !lease.isLost, lease.isUnderWay || lease.hasNews else { return nil }
        var due = lease.extendAt
        // While it is under way, the end or the next receive takes it along, unless one waits.
        let isAwaited = lease.isUnderWay && receiving == nil && ending == nil
        if let settledAt = lease.settledAt, !isAwaited {
            let mayBeTaken = ending == nil && !isExhausted
            due = min(due, settledAt + (mayBeTaken ? Self.linger : .zero))
        }
        return max(due, tellAt ?? due)
    }

    private mutating func beginReport(
        of index: Int,
        now: ContinuousClock.Instant
    ) -> Acknowledgement {
        let report = beginSending(of: index, now: now)
        sending = report
        return report.report.acknowledgement
    }

    private mutating func beginSending(of index: Int, now: ContinuousClock.Instant) -> Sending {
        Sending(
            lease: leases[index].number,
            report: leases[index].lease.report(now: now),
            sentAt: now
        )
    }

    /// Takes the answer to an acknowledgement.
    mutating func acknowledged(_ answer: AcknowledgementAnswer, now: ContinuousClock.Instant) {
        guard let report = sending else {
            preconditionFailure("an acknowledgement was answered that was not made")
        }
        sending = nil
        (tellFailures, tellAt) = (0, nil)
        finish(report, answer: answer)
    }

    private mutating func finish(_ report: Sending, answer: AcknowledgementAnswer?) {
        guard let index = leases.firstIndex(where: { $0.number == report.lease }) else { return }
        leases[index].lease.told(report.report, sentAt: report.sentAt)
        let isExtended = report.report.acknowledgement.extended != nil
        // What has ended since is told by itself, and perhaps was by a report whose answer was lost.
        if isExtended, leases[index].lease.isUnderWay, answer?.held == 0 { lose(report.lease) }
        let left = (answer?.notHeld ?? []).filter { entry in
            !entry.isFinished && leases[index].lease.matters(entry.place, in: report.report)
        }
        for entry in left {
            messages.append(
                "\(entry.place) is not acknowledged (\(entry.why)): it may come again"
            )
        }
        if left.contains(where: { $0.why == "lease_over" }) {
            _ = leases[index].lease.dropReady()
        }
    }

    /// Takes the failure of an acknowledgement.
    mutating func acknowledgeFailed(_ failure: Failure, now: ContinuousClock.Instant) {
        guard let report = sending else {
            preconditionFailure("an acknowledgement failed that was not made")
        }
        sending = nil
        guard !failure.endsLease else { return lose(report.lease) }
        takeBack(report, now: now)
        tellFailures += 1
        tellAt = now + Self.pause(after: tellFailures)
        let isLastTry = (ending != nil || isExhausted) && tellFailures >= Self.tries
        guard !failure.isTemporary || isLastTry else {
            if tellFailures == 1 { messages.append("\(failure.message); trying again") }
            return
        }
        fail(failure.noting("what was finished last is not acknowledged: it comes again"), now: now)
        for index in leases.indices { leases[index].lease.lose() }
    }

    private mutating func takeBack(_ report: Sending?, now: ContinuousClock.Instant) {
        guard let report, let index = leases.firstIndex(where: { $0.number == report.lease }) else {
            return
        }
        leases[index].lease.untold(report.report, now: now)
    }

    private mutating func lose(_ number: Int) {
        guard let index = leases.firstIndex(where: { $0.number == number }) else { return }
        leases[index].lease.lose()
        let events = Count(leases[index].lease.count, of: "event")
        messages.append("the lease of \(events) is lost: what is not finished comes again")
    }
}

// MARK: - The end

extension WorkPlan {
    /// Takes a signal that tells the process to stop.
    mutating func stop(_ signal: Int32, now: ContinuousClock.Instant) {
        guard ending != nil else {
            messages.append(
                running.isEmpty
                    ? "stopping" : "stopping; waiting for \(Count(running.count, of: "command"))"
            )
            return begin(Ending(), now: now)
        }
        ending?.isUrgent = true
        signalToPass = signal
        takeBack(receiving?.report, now: now)
        receiving = nil
    }

    private mutating func fail(_ failure: Failure, now: ContinuousClock.Instant) {
        if ending == nil { begin(Ending(), now: now) }
        guard let first = ending?.failure else {
            ending?.failure = failure
            return
        }
        ending?.failure = failure.notes.reduce(first) { $0.noting($1) }
    }

    private mutating func begin(_ ending: Ending, now: ContinuousClock.Instant) {
        self.ending = ending
        takeBack(retry?.report, now: now)
        retry = nil
        for index in leases.indices { leases[index].lease.giveBack(now: now) }
    }
}
