/// Decides how far a process's wall clock is believed; a value that reads no clock itself.
///
/// A clock is compared with an anchor: a wall time that was believed, plus the time that has passed
/// since by the clock that never goes back. A clock more than an hour ahead of it is doubted: if it
/// were followed, everything with a retention would expire at once, and one event would put all
/// later timestamps ahead. Time then goes on from the anchor, which is never later than the truth.
///
///     believed ──ahead by more than an hour──→ doubted
///         ↑                                       │
///         ├── it is no longer ahead ──────────────┤
///         ├── it has stood so for an hour ────────┤
///         └── an operator, or the engine, says so ┘
///
/// The table keeps the highest wall time seen (``ClockRow``), so that a new process has an anchor.
/// If the machine was not restarted meanwhile, the process also knows how old that time is.
package struct ClockTrust: Sendable {
    /// The judgement of one reading of the clock.
    package enum Opinion: Hashable, Sendable {
        /// The clock is believed; the time it shows.
        case believed(Timestamp)
        /// The clock is too far ahead; the time to use instead is inside.
        case doubted(Doubt)
    }

    /// A clock that is ahead, and the time to use while that lasts.
    package struct Doubt: Hashable, Sendable {
        /// The time to use until the doubt ends: the anchor's, never later than the truth.
        package let instead: Timestamp
        /// The time by which the clock is ahead of ``instead``.
        package let lead: Duration
        /// The first reading that was doubted, by both clocks.
        package let began: Instant
        /// The time until the clock is believed after all, if it keeps its lead.
        package let rest: Duration

        /// True when no event may be stamped now that is kept for `retentionHours`; nil: for ever.
        ///
        /// If the clock turns out to be right, an event stamped now is too early by the whole lead
        /// and expires that much too soon. At least half of the retention must be left.
        package func forbidsAppends(retentionHours: Int?) -> Bool {
            lead > Limits.clockJump || retentionHours.map { lead > .hours($0) / 2 } ?? false
        }
    }

    /// The believed reading that later ones are compared with; nil before the first.
    private var anchor: Instant?
    /// The reading at which the present doubt began; nil without a doubt.
    private var doubt: Instant?
    /// True once the anchor is the table's or an operator's: a process's first reading proves
    /// nothing.
    private var isHeld = false
    private let rules: Rules

    /// Knows no anchor yet, and believes the first reading.
    package init(rules: Rules = .all) { self.rules = rules }

    /// Judges a reading of both clocks; the very first one is believed.
    package mutating func judge(_ instant: Instant) -> Opinion {
        guard let held = anchor else {
            anchor = instant
            return .believed(instant.now)
        }
        let passed = max(instant.uptime - held.uptime, .zero)
        let lead = instant.now - held.now - passed
        guard lead > Limits.clockLead, rules.keep(.clockLeap) else {
            doubt = nil
            return .believed(instant.now)
        }
        let began = doubt.flatMap { stands($0, until: instant) ? $0 : nil } ?? instant
        let stood = instant.uptime - began.uptime
        guard stood < Limits.clockPatience else {
            believe(instant)
            return .believed(instant.now)
        }
        doubt = began
        let rest = Limits.clockPatience - stood
        let instead = held.now.advanced(by: passed)
        return .doubted(Doubt(instead: instead, lead: lead, began: began, rest: rest))
    }

    /// True while the clock has moved since `doubt` as much as uptime has; otherwise the doubt
    /// starts again.
    private func stands(_ doubt: Instant, until instant: Instant) -> Bool {
        let drift = instant.now - doubt.now - (instant.uptime - doubt.uptime)
        return max(drift, .zero - drift) <= Limits.clockLead
    }

    /// Takes over the table's anchor and doubt, read at `instant` or later.
    ///
    /// - Parameters:
    ///   - row: The stored row; nil when there is none, and the clock is believed.
    ///   - instant: Both clocks, read before the row was.
    ///   - boot: The same moment by the boot clock; nil where the system has none.
    package mutating func learn(_ row: ClockRow?, at instant: Instant, boot: BootMoment?) {
        defer { isHeld = true }
        guard let row else { return }
        let passed = row.since?.elapsed(to: boot) ?? .zero
        let known = row.highest.advanced(by: passed)
        if !isHeld || base(at: instant.uptime).map({ $0 < known }) ?? true {
            anchor = Instant(now: known, uptime: instant.uptime)
        }
        guard doubt == nil, let other = row.doubt, let stood = other.since.elapsed(to: boot)
        else { return }
        doubt = Instant(now: other.claimed, uptime: instant.uptime - stood)
    }

    /// Makes `instant` the anchor and ends any doubt.
    ///
    /// Called on an operator's word, or after an answer of an engine that checks the caller's clock
    /// (``Table/checksClock``).
    package mutating func believe(_ instant: Instant) {
        anchor = instant
        doubt = nil
        isHeld = true
    }

    /// Judges a clock just checked against the table, and returns the row to write, if any.
    ///
    /// The anchor follows a believed clock only here, so many small leaps can't add up to a large
    /// one between two checks.
    package mutating func settle(
        _ row: ClockRow?,
        at instant: Instant,
        boot: BootMoment?
    ) -> (opinion: Opinion, row: ClockRow?) {
        let opinion = judge(instant)
        if case .believed(let now) = opinion, base(at: instant.uptime).map({ $0 < now }) ?? true {
            anchor = instant
        }
        return (opinion, ClockRow.next(after: row, given: opinion, at: instant, boot: boot))
    }

    /// The row that records an operator's word that the clock is right at `instant`.
    package static func accepted(
        after row: ClockRow?,
        at instant: Instant,
        boot: BootMoment?
    ) -> ClockRow {
        ClockRow.accepted(after: row, at: instant, boot: boot)
    }

    /// The earliest that the time can be at `uptime`; nil before there is an anchor.
    private func base(at uptime: Duration) -> Timestamp? {
        anchor.map { $0.now.advanced(by: max(uptime - $0.uptime, .zero)) }
    }
}
