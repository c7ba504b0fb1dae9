/// Whether a process's wall clock is believed (design, section 7): a value without a clock.
///
/// A clock is held against an anchor: a wall time that was believed, and how much time has passed
/// since by the clock that never goes back. One that is more than an hour ahead of that is doubted:
/// by it everything with a retention would expire at once, and one event would put all later
/// timestamps ahead. Time then goes on from the anchor, which is never later than the truth.
///
///     believed ──ahead by more than an hour──→ doubted
///         ↑                                       │
///         ├── it is no longer ahead ──────────────┤
///         ├── it has stood so for an hour ────────┤
///         └── an operator, or the engine, says so ┘
///
/// The table keeps the highest wall time seen (``ClockRow``), so that a process that starts has an
/// anchor. On a machine that was not restarted meanwhile it also knows how long ago that was.
package struct ClockTrust: Sendable {
    /// What to make of a clock.
    package enum Opinion: Hashable, Sendable {
        /// It is believed: the time.
        case believed(Timestamp)
        /// It is not.
        case doubted(Doubt)
    }

    /// A clock that is ahead.
    package struct Doubt: Hashable, Sendable {
        /// The time to go by meanwhile.
        package let instead: Timestamp
        /// How far ahead of it the clock is, milliseconds.
        package let lead: Int64
        /// Since when it has been so; its own time and the process's.
        package let began: Instant
        /// After how many milliseconds more it is believed, if it stands.
        package let rest: Int64

        /// Whether no event may be stamped that is to be kept for so long; nil: for ever.
        ///
        /// What is stamped now is too early by the whole lead if the clock turns out to be right, and
        /// expires earlier by as much: at least half of the retention must be left.
        package func forbidsAppends(retentionHours: Int?) -> Bool {
            lead > Limits.clockJump || retentionHours.map { lead > Int64($0) * 1_800_000 } ?? false
        }
    }

    /// What was believed last, as far as it counts.
    private var anchor: Instant?
    /// When the present doubt began; nil: none.
    private var doubt: Instant?
    /// Whether the anchor is the table's: a process's own first look proves nothing.
    private var isHeld = false

    /// Nothing is known yet.
    package init() {}

    /// What to make of a clock that says `instant`.
    ///
    /// Before anything is known the clock is believed.
    package mutating func judge(_ instant: Instant) -> Opinion {
        guard let base = base(at: instant.uptime) else {
            anchor = instant
            return .believed(instant.now)
        }
        let lead = instant.now.milliseconds - base.milliseconds
        guard lead > Limits.clockLead, Rule.clockLeap.isKept else {
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
        return .doubted(Doubt(instead: base, lead: lead, began: began, rest: rest))
    }

    /// Whether the clock has moved since the doubt began as it should; else it begins anew.
    private func stands(_ doubt: Instant, until instant: Instant) -> Bool {
        let moved = instant.now.milliseconds - doubt.now.milliseconds
        return abs(moved - (instant.uptime - doubt.uptime)) <= Limits.clockLead
    }

    /// Takes what the table says, read at `instant` or later.
    ///
    /// - Parameters:
    ///   - row: The row; nil: there is none, and the clock is believed.
    ///   - instant: A moment before it was read.
    ///   - boot: The same moment by the machine's boot; nil where the system does not say.
    package mutating func learn(_ row: ClockRow?, at instant: Instant, boot: BootMoment?) {
        defer { isHeld = true }
        guard let row else { return }
        let passed = row.since?.elapsed(to: boot) ?? 0
        let known = row.highest.advanced(byMilliseconds: passed)
        if !isHeld || base(at: instant.uptime).map({ $0 < known }) ?? true {
            anchor = Instant(now: known, uptime: instant.uptime)
        }
        guard doubt == nil, let other = row.doubt, let stood = other.since.elapsed(to: boot)
        else { return }
        doubt = Instant(now: other.claimed, uptime: instant.uptime - stood)
    }

    /// From now on the clock is held against what it says at `instant`.
    ///
    /// On an operator's word, or an engine's that answers only who has the right time.
    package mutating func believe(_ instant: Instant) {
        anchor = instant
        doubt = nil
        isHeld = true
    }

    /// The opinion of a clock that was checked against the table, and the row to write, if any.
    ///
    /// Only here the anchor moves with a clock that is believed: small leaps can't add up faster.
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

    /// The row with which an operator says that the clock is right.
    package static func accepted(
        after row: ClockRow?,
        at instant: Instant,
        boot: BootMoment?
    ) -> ClockRow {
        ClockRow.accepted(after: row, at: instant, boot: boot)
    }

    /// What time it is at least.
    private func base(at uptime: Int64) -> Timestamp? {
        anchor.map { $0.now.advanced(byMilliseconds: max(uptime - $0.uptime, 0)) }
    }
}
