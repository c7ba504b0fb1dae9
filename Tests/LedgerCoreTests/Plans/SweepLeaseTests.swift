import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The lease of the sweep")
struct SweepLeaseTests {
    private let now = Timestamp(milliseconds: 0).advanced(by: Limits.sweepEvery * 1_000)
    private let holder = SweepHolder(high: 4, low: 4)

    private func word(_ action: SweepLease.Action) -> String {
        switch action {
        case .read: "read"
        case .discard: "discard"
        case .drawHolder: "draw"
        case .write: "write"
        case .finish(.granted): "granted"
        case .finish(.refused): "refused"
        case .finish(.idle): "idle"
        }
    }

    /// A row whose last round, long over, began so long ago.
    private func row(roundAge: Duration?, heldFor held: Duration? = nil) -> SweepRow {
        var row = SweepRow()
        if let roundAge {
            row.begin(at: now.advanced(by: .zero - roundAge))
            row.finish(after: 3)
        }
        if let held { row.lease(to: SweepHolder(high: 9, low: 9), at: now, for: held) }
        _ = row.write()
        return row
    }

    @Test("A free lease is taken if a round is due or asked for or there is work, a held one never")
    func table() {
        let every = Limits.sweepEvery
        let early = every - .milliseconds(1)
        let table: [(SweepRow?, hasWork: Bool, wantsRound: Bool, String)] = [
            (nil, false, false, "draw"),
            (row(roundAge: every), false, false, "draw"),
            (row(roundAge: early), false, false, "idle"),
            (row(roundAge: early), true, false, "draw"),
            (row(roundAge: early), false, true, "draw"),
            (row(roundAge: every, heldFor: .milliseconds(1)), true, true, "refused"),
            (row(roundAge: every, heldFor: .zero), false, false, "draw"),
        ]
        for (row, hasWork, wantsRound, expected) in table {
            var lease = SweepLease(for: .seconds(60), hasWork: hasWork, wantsRound: wantsRound)
            #expect(word(lease.start()) == "read")
            #expect(word(lease.receive(row?.item, now: now)) == expected)
        }
    }

    @Test("A damaged row is discarded, and tells nothing")
    func damaged() {
        var lease = SweepLease(for: .seconds(60), hasWork: false, wantsRound: false)
        _ = lease.start()
        let action = lease.receive(Item(.sweep), now: now)
        guard case .discard(let write, let damage) = action else {
            Issue.record("not discarded")
            return
        }
        #expect(write == .delete(.sweep) && damage.reason == .corrupt)
        #expect(word(lease.discarded(now: now)) == "draw")
    }

    @Test("The row that is written has the round begun, and lasts a quarter longer than the run")
    func granted() throws {
        for (age, begins) in [(Limits.sweepEvery, true), (.seconds(1), false)] {
            var lease = SweepLease(for: .seconds(40), hasWork: true, wantsRound: false)
            _ = lease.start()
            _ = lease.receive(row(roundAge: age).item, now: now)
            guard case .write(let write) = lease.receive(holder: holder),
                case .put(let item) = write.operation
            else {
                Issue.record("no write")
                return
            }
            #expect(item.bytes(.holder) == holder.bytes)
            #expect(item.number(.until) == now.milliseconds + 50_000)
            #expect(item.number(.began) == now.milliseconds - (begins ? 0 : age.wholeMilliseconds))
            #expect(write.condition == .compare(.version, .equal, .number(1)))
            guard case .finish(.granted(let row)) = lease.receive(.applied) else {
                Issue.record("not granted")
                return
            }
            #expect(row.item == item)
            #expect(row.round == (begins ? .running(after: nil) : .resting))
        }
        var lease = SweepLease(for: .seconds(40), hasWork: true, wantsRound: false)
        _ = lease.start()
        _ = lease.receive(nil, now: now)
        _ = lease.receive(holder: holder)
        #expect(word(lease.receive(.conditionFailed(current: nil))) == "refused")
    }

    @Test("Of many processes one sweeps at a time, and every round has its turn", arguments: seeds)
    func walk(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var table = StoredRows()
        var time = now
        /// Until when somebody has the lease, as the oracle counts.
        var heldUntil = Timestamp(milliseconds: 0)
        var lastRound: Timestamp?
        for number in 0..<200 {
            time = time.advanced(by: random.duration(in: .zero...Limits.sweepEvery / 8))
            if random.happens(0.5) { time = time.advanced(by: .milliseconds(1)) }
            let budget = random.duration(in: .milliseconds(1)...Limits.sweepLease)
            let hasWork = random.happens(0.2)
            var lease = SweepLease(for: budget, hasWork: hasWork, wantsRound: false)
            var action = lease.start()
            loop: while true {
                switch action {
                case .read(let key): action = lease.receive(table.rows[key], now: time)
                case .discard(let write, _):
                    _ = table.write(write)
                    action = lease.discarded(now: time)
                case .drawHolder:
                    action = lease.receive(holder: SweepHolder(high: 1, low: UInt64(number)))
                case .write(let write): action = lease.receive(table.write(write))
                case .finish: break loop
                }
            }
            let isHeld = time < heldUntil
            let isDue =
                lastRound.map { $0.advanced(by: Limits.sweepEvery) <= time } ?? true
            switch action {
            case .finish(.granted(var row)):
                #expect(!isHeld && (hasWork || isDue), "\(replay)")
                if isDue { lastRound = time }
                heldUntil = time.advanced(
                    by: min(budget + budget / 4, Limits.sweepLease)
                )
                if case .running = row.round { row.finish(after: 1) }
                if random.happens(0.7) {
                    row.release()
                    heldUntil = time
                }
                _ = table.write(row.write())
            case .finish(.refused): #expect(isHeld, "\(replay)")
            default: #expect(!isHeld && !hasWork && !isDue, "\(replay)")
            }
        }
    }

    private static let seeds = RandomSeed.cases(50)
    private let replay = RandomSeed.replay("SweepLeaseTests")
}
