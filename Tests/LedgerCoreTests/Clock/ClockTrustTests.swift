import LedgerCore
import Testing

/// Clocks that move as they should, and others.
@Suite struct ClockTrustTests {
    private static let start = Timestamp(milliseconds: 1_767_225_600_000)
    private static let hour = Duration.hours(1)
    private static let day = Duration.hours(24)

    /// The wall clock `wall` and the other `uptime` after the start.
    private static func at(_ wall: Duration, _ uptime: Duration? = nil) -> Instant {
        Instant(now: start.advanced(by: wall), uptime: uptime ?? wall)
    }

    private static func boot(_ name: String, _ uptime: Duration) -> BootMoment {
        BootMoment(boot: name, uptime: uptime)
    }

    /// A process that has looked into a table whose highest time is the start.
    private static func held() -> ClockTrust {
        var trust = ClockTrust()
        trust.learn(row(), at: at(.zero), boot: nil)
        _ = trust.settle(row(), at: at(.zero), boot: nil)
        return trust
    }

    /// The row of a process that began at the start.
    private static func row(_ boot: BootMoment? = nil) -> ClockRow {
        var trust = ClockTrust()
        trust.learn(nil, at: at(.zero), boot: boot)
        guard let row = trust.settle(nil, at: at(.zero), boot: boot).row else {
            preconditionFailure("the first row is written")
        }
        return row
    }

    private func doubted(_ opinion: ClockTrust.Opinion) -> ClockTrust.Doubt? {
        guard case .doubted(let doubt) = opinion else { return nil }
        return doubt
    }

    private func isBelieved(_ opinion: ClockTrust.Opinion, _ instant: Instant) -> Bool {
        opinion == .believed(instant.now)
    }

    @Test("A wall clock that moves with the other clock is believed, however far it goes")
    func together() {
        var trust = Self.held()
        for hours in [0, 1, 5, 24 * 9, 24 * 900] {
            let instant = Self.at(.hours(hours))
            #expect(isBelieved(trust.judge(instant), instant))
        }
    }

    @Test("A leap of an hour is believed, a larger one is not")
    func leap() throws {
        var trust = Self.held()
        let hour = Self.at(Self.hour + .seconds(1), .seconds(1))
        #expect(isBelieved(trust.judge(hour), hour))
        let leap = Self.at(Self.day * 9 + .seconds(5), .seconds(5))
        let doubt = try #require(doubted(trust.judge(leap)))
        #expect(doubt.instead == Self.at(.seconds(5)).now, "time goes on by the other clock")
        #expect(doubt.lead == Self.day * 9)
        #expect(doubt.rest == Self.hour)
        #expect(doubt.forbidsAppends(retentionHours: nil))
    }

    @Test("Small leaps that add up to more than an hour are doubted")
    func smallLeaps() {
        var trust = Self.held()
        var ahead = Duration.zero
        for step in 1...10 {
            ahead += Self.hour / 2
            let isAhead =
                doubted(trust.judge(Self.at(ahead + .milliseconds(step), .milliseconds(step))))
                != nil
            #expect(isAhead == (step > 2), "\(step)")
        }
    }

    @Test("A clock that is put right is believed at once, and the doubt is forgotten")
    func putRight() throws {
        var trust = Self.held()
        #expect(doubted(trust.judge(Self.at(Self.day * 9, .zero))) != nil)
        let right = Self.at(.seconds(30 * 60))
        #expect(isBelieved(trust.judge(right), right))
        let again = try #require(doubted(trust.judge(Self.at(Self.day * 9, .seconds(40 * 60)))))
        #expect(again.rest == Self.hour, "a new doubt begins anew")
    }

    @Test("A clock that goes on evenly for an hour after its leap is believed")
    func stands() {
        var trust = Self.held()
        #expect(doubted(trust.judge(Self.at(Self.day * 9, .zero))) != nil)
        let before = Self.at(
            Self.day * 9 + Self.hour - .milliseconds(1),
            Self.hour - .milliseconds(1)
        )
        #expect(doubted(trust.judge(before))?.rest == .milliseconds(1))
        let after = Self.at(Self.day * 9 + Self.hour, Self.hour)
        #expect(isBelieved(trust.judge(after), after))
    }

    @Test("A second leap begins the hour of doubt anew")
    func leapsAgain() {
        var trust = Self.held()
        #expect(doubted(trust.judge(Self.at(Self.day * 9, .zero))) != nil)
        let leap = Self.at(Self.day * 12 + Self.hour, Self.hour)
        #expect(doubted(trust.judge(leap))?.rest == Self.hour)
    }

    @Test("A clock that is behind is believed")
    func behind() {
        var trust = Self.held()
        let behind = Self.at(Self.day * -3, .seconds(1))
        #expect(isBelieved(trust.judge(behind), behind))
        let right = Self.at(.seconds(2))
        #expect(isBelieved(trust.judge(right), right))
    }

    @Test("The first process on a table believes its clock and writes it down")
    func firstProcess() throws {
        var trust = ClockTrust()
        let boot = Self.boot("a", .milliseconds(7))
        trust.learn(nil, at: Self.at(.zero), boot: boot)
        let (opinion, row) = trust.settle(nil, at: Self.at(.zero), boot: boot)
        #expect(opinion == .believed(Self.at(.zero).now))
        #expect(row?.highest == Self.at(.zero).now)
        #expect(row?.since == boot)
        #expect(row?.write(after: nil).condition == .notExists)
    }

    @Test("A process that starts has its clock compared with the table's highest time")
    func start() throws {
        let row = Self.row()
        var trust = ClockTrust()
        let instant = Self.at(Self.day * 9, .milliseconds(50))
        // Its own first look proves nothing.
        #expect(isBelieved(trust.judge(instant), instant))
        trust.learn(row, at: instant, boot: nil)
        let doubt = try #require(doubted(trust.judge(instant)))
        #expect(doubt.instead == row.highest)
    }

    @Test("Within one boot of the machine the time since the table's row is known, and allowed")
    func sameBoot() throws {
        let row = Self.row(Self.boot("a", .seconds(1)))
        let instant = Self.at(Self.day * 9, .milliseconds(50))
        for (boot, isBelieved) in [("a", true), ("b", false)] {
            var trust = ClockTrust()
            trust.learn(row, at: instant, boot: Self.boot(boot, .seconds(1) + Self.day * 9))
            #expect((doubted(trust.judge(instant)) == nil) == isBelieved, "\(boot)")
        }
        var earlier = ClockTrust()
        earlier.learn(row, at: instant, boot: Self.boot("a", .milliseconds(999)))
        #expect(doubted(earlier.judge(instant)) != nil, "a boot's clock never goes back")
    }

    @Test("The next process of the same boot goes on with a doubt, another boot begins it anew")
    func doubtGoesOn() throws {
        var first = ClockTrust()
        let old = Self.row()
        let began = Self.at(Self.day * 9, .zero)
        first.learn(old, at: began, boot: Self.boot("a", .milliseconds(500)))
        let row = try #require(
            first.settle(old, at: began, boot: Self.boot("a", .milliseconds(500))).row
        )
        #expect(row.highest == old.highest)
        #expect(row.version == old.version + 1)
        #expect(try ClockRow(row.item) == row)

        let minutes = Duration.seconds(59 * 60)
        for (boot, rest) in [("a", Duration.seconds(60)), ("b", Self.hour)] {
            var next = ClockTrust()
            let instant = Self.at(Self.day * 9 + minutes, .milliseconds(3))
            next.learn(row, at: instant, boot: Self.boot(boot, .milliseconds(500) + minutes))
            #expect(doubted(next.judge(instant))?.rest == rest, "\(boot)")
        }
    }

    @Test("The table's row is written every ten minutes, and its time only goes forward")
    func writes() throws {
        var trust = Self.held()
        let row = Self.row()
        #expect(trust.settle(row, at: Self.at(.milliseconds(599_999)), boot: nil).row == nil)
        let next = try #require(trust.settle(row, at: Self.at(.seconds(600)), boot: nil).row)
        #expect(next.highest == Self.at(.seconds(600)).now)
        #expect(next.write(after: row).condition == .compare(.version, .equal, .number(1)))
        #expect(trust.settle(row, at: Self.at(.seconds(-600), .seconds(700)), boot: nil).row == nil)
    }

    @Test("A process that believes its clock clears the doubt that another one stored")
    func clearing() throws {
        var wrong = Self.held()
        let row = Self.row()
        let leap = Self.at(Self.day * 9, .zero)
        let doubtful = try #require(
            wrong.settle(row, at: leap, boot: Self.boot("a", .milliseconds(1))).row
        )
        #expect(doubtful.doubt != nil)
        var right = Self.held()
        let cleared = right.settle(doubtful, at: Self.at(.seconds(1)), boot: nil).row
        #expect(cleared?.doubt == nil)
        #expect(cleared?.highest == Self.at(.seconds(1)).now)
    }

    @Test("An operator's word ends a doubt in this process and in the others")
    func operatorsWord() {
        var here = Self.held()
        let instant = Self.at(Self.day * 9, .seconds(60))
        #expect(doubted(here.judge(instant)) != nil)
        var elsewhere = here
        here.believe(instant)
        #expect(isBelieved(here.judge(instant), instant))
        let row = ClockTrust.accepted(after: Self.row(), at: instant, boot: nil)
        elsewhere.learn(row, at: instant, boot: nil)
        #expect(isBelieved(elsewhere.judge(instant), instant))
    }

    @Test(
        "Appends are refused under a doubt as large as half the retention",
        arguments: [(1, 0), (1, 31), (48, 22 * 60), (48, 25 * 60)]
    )
    func stamping(_ retention: Int, _ minutes: Int64) {
        var trust = Self.held()
        let ahead = Self.hour + .milliseconds(1) + .seconds(minutes * 60)
        let doubt = doubted(trust.judge(Self.at(ahead, .zero)))
        let forbids = doubt?.forbidsAppends(retentionHours: retention)
        #expect(forbids == (retention == 1 || minutes == 25 * 60))
    }
}
