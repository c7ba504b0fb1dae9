/// The highest wall time that the table has seen: row `CLOCK`, the only one of its group.
///
/// Written every ten minutes by whoever finds it that old, whatever the number of processes.
package struct ClockRow: Hashable, Sendable {
    /// A clock that is ahead, and since when it says so.
    package struct Doubt: Hashable, Sendable {
        /// What it said.
        package let claimed: Timestamp
        /// When, by the machine's boot: only a process of the same boot can tell how long ago.
        package let since: BootMoment
    }

    /// The highest time that was believed.
    package var highest: Timestamp
    /// When that was, for processes of the same boot; nil where the system does not say.
    package var since: BootMoment?
    /// What is not believed yet; nil: nothing.
    package var doubt: Doubt?
    /// Raised by one with every change.
    package var version: Int64

    /// The row that follows, if an opinion of a clock, at `instant` and `boot`, makes one necessary.
    static func next(
        after row: ClockRow?,
        given opinion: ClockTrust.Opinion,
        at instant: Instant,
        boot: BootMoment?
    ) -> ClockRow? {
        switch opinion {
        case .believed(let now):
            guard let row else { return ClockRow(highest: now, since: boot, version: 1) }
            let age = now.milliseconds - row.highest.milliseconds
            guard age >= Limits.clockInterval || row.doubt != nil else { return nil }
            var next = row
            if age > 0 { (next.highest, next.since) = (now, boot) }
            next.doubt = nil
            next.version += 1
            return next
        case .doubted(let doubt):
            // What another boot doubts says nothing to us, and nothing of ours to it.
            guard var next = row, next.doubt?.since.boot != boot?.boot, let boot else { return nil }
            let stood = instant.uptime - doubt.began.uptime
            let since = BootMoment(boot: boot.boot, uptime: boot.uptime - stood)
            next.doubt = Doubt(claimed: doubt.began.now, since: since)
            next.version += 1
            return next
        }
    }

    /// The row with which an operator says that `instant` is right.
    static func accepted(
        after row: ClockRow?,
        at instant: Instant,
        boot: BootMoment?
    ) -> ClockRow {
        ClockRow(highest: instant.now, since: boot, version: (row?.version ?? 0) + 1)
    }

    /// The write that puts this row in the place of `row`, if nobody else changed it meanwhile.
    package func write(after row: ClockRow?) -> Write {
        let unchanged = row.map { Condition.compare(.version, .equal, .number($0.version)) }
        return .put(item, if: unchanged ?? .notExists)
    }

    private init(highest: Timestamp, since: BootMoment?, version: Int64) {
        self.highest = highest
        self.since = since
        self.version = version
    }

    /// The row.
    package var item: Item {
        var item = Item(.clock)
        item[.timestamp] = .number(highest.milliseconds)
        item[.boot] = since.map { .string($0.boot) }
        item[.uptime] = since.map { .number($0.uptime) }
        item[.doubt] = doubt.map { .number($0.claimed.milliseconds) }
        item[.doubtBoot] = doubt.map { .string($0.since.boot) }
        item[.doubtUptime] = doubt.map { .number($0.since.uptime) }
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
        return BootMoment(boot: boot, uptime: try item.requiredCounter(uptime))
    }
}

/// A moment on the clock of one boot of a machine, as the operating system itself tells it: what
/// two processes on one machine can compare.
package struct BootMoment: Hashable, Sendable {
    /// The random id of the boot.
    package let boot: String
    /// Milliseconds since then, the time in which the machine was suspended included.
    package let uptime: Int64

    /// A moment.
    package init(boot: String, uptime: Int64) {
        self.boot = boot
        self.uptime = uptime
    }

    /// Milliseconds from here to `later`; nil when they are of two boots, or in the wrong order.
    func elapsed(to later: BootMoment?) -> Int64? {
        guard let later, later.boot == boot, later.uptime >= uptime else { return nil }
        return later.uptime - uptime
    }
}
