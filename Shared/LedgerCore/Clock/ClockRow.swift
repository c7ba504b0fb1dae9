/// The highest wall time that the table has seen: row `CLOCK`, the only one of its group.
///
/// Any process that finds it ten minutes old writes it, so all of them together make one write in
/// that time.
package struct ClockRow: Hashable, Sendable {
    /// The reading of a clock that is too far ahead to be believed, and the moment it began.
    package struct Doubt: Hashable, Sendable {
        /// The wall time that the clock claimed when the doubt began.
        package let claimed: Timestamp
        /// The moment the doubt began, by the machine's boot: only a process of the same boot can
        /// tell how long ago that was.
        package let since: BootMoment
    }

    /// The highest wall time that any process has believed.
    package var highest: Timestamp
    /// The moment it was believed, for processes of the same boot; nil where the system has no boot
    /// clock.
    package var since: BootMoment?
    /// The doubt that is not decided yet; nil while no clock is doubted.
    package var doubt: Doubt?
    /// Raised by one with every change; the condition of the next write.
    package var version: Int64

    /// The row to write after a clock was judged at `instant`; nil when the stored one still
    /// serves.
    static func next(
        after row: ClockRow?,
        given opinion: ClockTrust.Opinion,
        at instant: Instant,
        boot: BootMoment?
    ) -> ClockRow? {
        switch opinion {
        case .believed(let now):
            guard let row else { return ClockRow(highest: now, since: boot, version: 1) }
            let age = now - row.highest
            guard age >= Limits.clockInterval || row.doubt != nil else { return nil }
            var next = row
            if age > .zero { (next.highest, next.since) = (now, boot) }
            next.doubt = nil
            next.version += 1
            return next
        case .doubted(let doubt):
            // A doubt is dated by its boot. Another boot can't read the date, so it begins its own.
            guard var next = row, next.doubt?.since.boot != boot?.boot, let boot else { return nil }
            let stood = instant.uptime - doubt.began.uptime
            let since = BootMoment(boot: boot.boot, uptime: boot.uptime - stood)
            next.doubt = Doubt(claimed: doubt.began.now, since: since)
            next.version += 1
            return next
        }
    }

    /// The row that records an operator's word that `instant` is right.
    static func accepted(
        after row: ClockRow?,
        at instant: Instant,
        boot: BootMoment?
    ) -> ClockRow {
        ClockRow(highest: instant.now, since: boot, version: (row?.version ?? 0) + 1)
    }

    /// The write that replaces `row` by this one; it fails if another process wrote first.
    package func write(after row: ClockRow?) -> Write {
        let unchanged = row.map { Condition.compare(.version, .equal, .number($0.version)) }
        return .put(item, if: unchanged ?? .notExists)
    }

    private init(highest: Timestamp, since: BootMoment?, version: Int64) {
        self.highest = highest
        self.since = since
        self.version = version
    }

    package var item: Item {
        var item = Item(.clock)
        item[.timestamp] = .number(highest.milliseconds)
        item[.boot] = since.map { .string($0.boot) }
        item[.uptime] = since.map { .number($0.uptime.wholeMilliseconds) }
        item[.doubt] = doubt.map { .number($0.claimed.milliseconds) }
        item[.doubtBoot] = doubt.map { .string($0.since.boot) }
        item[.doubtUptime] = doubt.map { .number($0.since.uptime.wholeMilliseconds) }
        item[.version] = .number(version)
        return item
    }

    /// Reads the row; throws ``TableError/Reason/corrupt`` when it is damaged.
    package init(_ item: Item) throws(TableError) {
        guard case .clock = item.key else { throw item.misplaced }
        highest = try item.requiredTimestamp(.timestamp)
        since = try Self.moment(in: item, boot: .boot, uptime: .uptime)
        version = try item.requiredCounter(.version)
        guard let moment = try Self.moment(in: item, boot: .doubtBoot, uptime: .doubtUptime) else {
            return
        }
        doubt = Doubt(claimed: try item.requiredTimestamp(.doubt), since: moment)
    }

    private static func moment(
        in item: Item,
        boot: Attribute,
        uptime: Attribute
    ) throws(TableError) -> BootMoment? {
        guard let boot = item.string(boot) else { return nil }
        return BootMoment(boot: boot, uptime: .milliseconds(try item.requiredCounter(uptime)))
    }
}

/// A moment by the operating system's boot clock, which all processes on one machine share.
package struct BootMoment: Hashable, Sendable {
    /// The operating system's random id of this boot; a restart has another one.
    package let boot: String
    /// The time since the boot, suspension included.
    package let uptime: Duration

    package init(boot: String, uptime: Duration) {
        self.boot = boot
        self.uptime = uptime
    }

    /// The time from here to `later`; nil when the boots differ or `later` is earlier.
    func elapsed(to later: BootMoment?) -> Duration? {
        guard let later, later.boot == boot, later.uptime >= uptime else { return nil }
        return later.uptime - uptime
    }
}
