/// Takes the lease of the sweep, when there is something to do and nobody else does it.
///
///     start ─→ read ─┬─ damaged ─→ discard ─┐
///                    └──────────────────────┴─┬─ someone holds it ────────→ finish: refused
///                                             ├─ nothing is due ──────────→ finish: idle
///                                             └─→ drawHolder ─→ write ─┬─→ finish: granted
///                                                                      └─→ finish: refused
///
/// A row that is damaged is written anew, for it only says what can be found out. Two that sweep at
/// once do no harm, so the lease may end by itself at any moment.
package struct SweepLease: ~Copyable {
    /// The next step of the shell.
    package enum Action: Sendable {
        /// Read this row, then ``SweepLease/receive(_:now:)``.
        case read(TableKey)
        /// Report the damage and do this write, then ``SweepLease/discarded(now:)``.
        case discard(Write, damage: TableError)
        /// Draw a random id, then ``SweepLease/receive(holder:)``.
        case drawHolder
        /// Do this write, then ``SweepLease/receive(_:)``.
        case write(Write)
        /// The lease is taken or not.
        case finish(Outcome)
    }

    /// The end of an attempt to take the lease.
    package enum Outcome: Hashable, Sendable {
        /// The caller sweeps, from where this row, as it is stored, says.
        case granted(SweepRow)
        /// Somebody else sweeps at the moment.
        case refused
        /// There is nothing to sweep now.
        case idle
    }

    private enum State: Sendable {
        /// Nothing was begun. Next: reading.
        case idle
        /// The row is being read. Next: discarding, drawing, finished.
        case reading
        /// The damaged row is being deleted. Next: drawing, finished.
        case discarding
        /// A holder for the row is being drawn, at this time. Next: writing.
        case drawing(SweepRow, Timestamp)
        /// The row with the lease is with the table. Next: finished.
        case writing(SweepRow)
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let budget: Duration
    private let hasWork: Bool
    private let wantsRound: Bool
    private var state = State.idle

    /// A lease for a run of the sweep.
    ///
    /// - Parameters:
    ///   - budget: The run's time; the lease lasts a quarter longer.
    ///   - hasWork: There are deletion jobs or kept fold requests, whether or not a round is due.
    ///   - wantsRound: Every stream is to be looked at from now on, due or not.
    package init(for budget: Duration, hasWork: Bool, wantsRound: Bool) {
        self.budget = budget
        self.hasWork = hasWork
        self.wantsRound = wantsRound
    }

    /// Begins with the row.
    package mutating func start() -> Action {
        guard case .idle = state else { preconditionFailure("a lease starts once") }
        return take((.reading, .read(.sweep)))
    }

    /// Takes the row that a ``Action/read(_:)`` found.
    package mutating func receive(_ item: Item?, now: Timestamp) -> Action {
        guard case .reading = state else { preconditionFailure("no row is being read") }
        guard let item else { return take(judge(SweepRow(), at: now)) }
        do throws(TableError) {
            return take(judge(try SweepRow(item), at: now))
        } catch {
            return take((.discarding, .discard(.delete(.sweep), damage: error)))
        }
    }

    /// Goes on after a ``Action/discard(_:damage:)``.
    package mutating func discarded(now: Timestamp) -> Action {
        guard case .discarding = state else { preconditionFailure("no row is being discarded") }
        return take(judge(SweepRow(), at: now))
    }

    /// Takes what a ``Action/drawHolder`` drew.
    package mutating func receive(holder: SweepHolder) -> Action {
        guard case .drawing(var row, let now) = state else {
            preconditionFailure("no holder is being drawn")
        }
        row.lease(to: holder, at: now, for: budget + budget / 4)
        let write = row.write()
        return take((.writing(row), .write(write)))
    }

    /// Takes the outcome of a ``Action/write(_:)``.
    package mutating func receive(_ outcome: WriteOutcome) -> Action {
        guard case .writing(let row) = state else {
            preconditionFailure("no lease is being written")
        }
        switch outcome {
        case .applied: return take((.finished, .finish(.granted(row))))
        case .conditionFailed: return take((.finished, .finish(.refused)))
        }
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }

    private func judge(_ found: SweepRow, at now: Timestamp) -> Step {
        guard !found.isHeld(at: now) else { return (.finished, .finish(.refused)) }
        var row = found
        if wantsRound { row.want() }
        let isDue = row.isDue(at: now)
        guard hasWork || isDue else { return (.finished, .finish(.idle)) }
        if isDue { row.begin(at: now) }
        return (.drawing(row, now), .drawHolder)
    }
}
