import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("Timers without a shared clock")
struct TimerWatchTests {
    private static let start = PlanRows.now

    private func timer(_ number: Int64 = 1, length: Duration = .seconds(30)) -> Timer {
        let name = Timer.Name.session(
            SubscriptionIncarnation(high: 1, low: 1),
            MemberName(trusted: "a"),
            renewal: number
        )
        return Timer(name, start: Self.start, length: length)
    }

    /// A watch that an expectation can ask.
    private final class Watch {
        private var watch: TimerWatch

        init(capacity: Int = Limits.timers) {
            watch = TimerWatch(capacity: capacity, rules: .all)
        }

        @discardableResult
        func isOver(_ timer: Timer, at now: Instant) -> Bool { watch.isOver(timer, at: now) }
    }

    private func at(wall: Int64, uptime: Int64) -> Instant {
        Instant(
            now: Self.start.advanced(by: .milliseconds(wall)),
            uptime: .milliseconds(uptime)
        )
    }

    @Test("A timer is over after its whole length under watch, whatever the wall clock says")
    func watched() {
        let watch = Watch()
        #expect(!watch.isOver(timer(), at: at(wall: 29_000, uptime: 500)))
        #expect(!watch.isOver(timer(), at: at(wall: -90_000, uptime: 30_499)))
        #expect(watch.isOver(timer(), at: at(wall: -90_000, uptime: 30_500)))
        #expect(!watch.isOver(timer(2), at: at(wall: 200_000, uptime: 30_500)))
    }

    @Test("A timer nobody has watched is over five minutes after its end")
    func unwatched() {
        let end = 30_000 + Limits.clockSkew.wholeMilliseconds
        for (wall, isOver) in [(end, false), (end + 1, true)] {
            let watch = Watch()
            #expect(watch.isOver(timer(), at: at(wall: wall, uptime: 0)) == isOver)
        }
    }

    @Test("The timers seen last are known, older ones are forgotten, which makes them later")
    func memory() {
        let watch = Watch(capacity: 3)
        for number in 1...3 as ClosedRange<Int64> {
            watch.isOver(timer(number), at: at(wall: 0, uptime: 0))
        }
        // The first is seen again and again, while others come and go.
        for number in 4...20 as ClosedRange<Int64> {
            watch.isOver(timer(number), at: at(wall: 0, uptime: number))
            watch.isOver(timer(1), at: at(wall: 0, uptime: number))
        }
        #expect(watch.isOver(timer(1), at: at(wall: 0, uptime: 30_000)))
        #expect(!watch.isOver(timer(2), at: at(wall: 0, uptime: 30_000)))
    }

    @Test(
        "Clocks that differ by less than five minutes end no timer early",
        arguments: RandomSeed.cases(20)
    )
    func neverEarly(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let skew = Limits.clockSkew.wholeMilliseconds
        let half = skew / 2
        for _ in 0..<200 {
            let writer = Int64.random(in: -half...half, using: &random)
            let reader = Int64.random(in: -half...half, using: &random)
            let length = Int64.random(in: 10_000...300_000, using: &random)
            let timer = Timer(
                timer().name,
                start: Timestamp(milliseconds: writer),
                length: .milliseconds(length)
            )
            let watch = Watch()
            var (time, uptime): (Int64, Int64) = (0, 7)
            while true {
                let now = Instant(
                    now: Timestamp(milliseconds: time + reader),
                    uptime: .milliseconds(uptime)
                )
                if watch.isOver(timer, at: now) { break }
                let step = Int64.random(in: 0...40_000, using: &random)
                time += step
                // A frozen process's own clock may stand still meanwhile.
                if random.happens(0.8) { uptime += step }
            }
            #expect(time >= length)
            #expect(time <= length + 2 * skew + 40_000)
        }
    }
}
