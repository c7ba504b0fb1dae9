import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A call that waits")
struct WaitPlanTests {
    private typealias Action = WaitPlan.Action
    private typealias Ground = WaitPlan.Ground

    /// A poll's ground; a commit moves `position`, a seek `epoch`.
    private static func poll(
        position: Int64 = 0,
        epoch: Int = 0,
        stream: UInt64 = 1
    ) -> Ground {
        var subscription = SubscriptionRow.test()
        for _ in 0..<epoch {
            guard let next = try? subscription.sought(to: subscription.positions) else { break }
            subscription = next
        }
        return Ground(
            SubscriptionState(
                stream: .test(incarnation: StreamIncarnation(high: stream, low: 1)),
                subscription: subscription,
                positions: [.log(offset(position))]
            )
        )
    }

    private static func read(stream: UInt64 = 1) -> Ground {
        Ground(.test(incarnation: StreamIncarnation(high: stream, low: 1)))
    }

    private func plan(on ground: Ground, patience: Duration = .milliseconds(100)) -> WaitPlan {
        WaitPlan(of: PlanRows.name, on: ground, begun: .at(1_000), patience: patience)
    }

    @Test("Only an idle page is waited behind, for as long as is left")
    func pages() {
        for ground in [Self.poll(), Self.read()] {
            var full = plan(on: ground)
            #expect(full.receive(isIdle: false, now: .at(1_000)) == .finish)
            var idle = plan(on: ground)
            #expect(idle.receive(isIdle: true, now: .at(1_030)) == .wait(atMost: .milliseconds(70)))
            var late = plan(on: ground)
            #expect(late.receive(isIdle: true, now: .at(1_100)) == .wait(atMost: .zero))
        }
    }

    @Test("News lead to a look, unless the process stops or the caller is gone")
    func news() {
        let all: [WaitPlan.News] = [.events, .change, .nothing, .end]
        for ground in [Self.poll(), Self.read()] {
            for news in all {
                for isCancelled in [false, true] {
                    var plan = plan(on: ground)
                    _ = plan.receive(isIdle: true, now: .at(1_000))
                    let expected: Action = news == .end || isCancelled ? .finish : .look
                    #expect(plan.receive(news, isCancelled: isCancelled) == expected)
                }
            }
        }
    }

    @Test("A poll whose time is over asks once more, a read does not")
    func over() {
        for (ground, expected) in [(Self.poll(), Action.look), (Self.read(), .finish)] {
            var plan = plan(on: ground)
            _ = plan.receive(isIdle: true, now: .at(1_200))
            #expect(plan.receive(.nothing, isCancelled: false) == expected)
        }
    }

    @Test("After a look it reads on, begins anew or ends, by the news and by what was moved")
    func looks() {
        let gone = Action.fail(.streamNotFound(PlanRows.name))
        let table: [(WaitPlan.News, Ground, Ground, Action)] = [
            (.events, Self.poll(), Self.poll(), .readOn),
            (.events, Self.poll(), Self.poll(position: 3), .readAnew),
            (.events, Self.poll(), Self.poll(epoch: 1), .readAnew),
            (.events, Self.poll(), Self.poll(stream: 2), gone),
            (.change, Self.poll(), Self.poll(), .readAnew),
            (.change, Self.poll(), Self.poll(epoch: 1), .readAnew),
            (.nothing, Self.poll(), Self.poll(), .finish),
            (.nothing, Self.poll(), Self.poll(epoch: 1), .readAnew),
            (.nothing, Self.poll(), Self.poll(stream: 2), gone),
            (.events, Self.read(), Self.read(), .readOn),
            (.change, Self.read(), Self.read(), .readOn),
            (.nothing, Self.read(), Self.read(), .finish),
            (.nothing, Self.read(), Self.read(stream: 2), gone),
        ]
        for (news, before, after, expected) in table {
            var plan = plan(on: before)
            _ = plan.receive(isIdle: true, now: .at(1_000))
            _ = plan.receive(news, isCancelled: false)
            #expect(plan.receive(after) == expected, "\(news)")
        }
    }

    @Test("A page that is read when the time is over is the last one")
    func last() {
        var plan = plan(on: Self.poll())
        _ = plan.receive(isIdle: true, now: .at(1_100))
        _ = plan.receive(.nothing, isCancelled: false)
        #expect(plan.receive(Self.poll(position: 1)) == .readAnew)
        #expect(plan.receive(isIdle: true, now: .at(1_100)) == .finish)
    }

    // MARK: Against plain loops

    /// What happens to a call, drawn from one seed: both the plan and the oracle meet the same.
    private struct Fate {
        private var random: SeededGenerator
        private let isPoll: Bool
        private(set) var steps: [String] = []
        private var now: Int64 = 1_000
        private var position: Int64 = 0
        private var stream: UInt64 = 1

        init(seed: UInt64, isPoll: Bool) {
            random = SeededGenerator(seed: seed)
            self.isPoll = isPoll
        }

        var instant: Instant { .at(now) }

        mutating func page(_ kind: String) -> Bool {
            steps.append(kind)
            now += Int64.random(in: 0...30, using: &random)
            return random.happens(0.8)
        }

        mutating func news(atMost length: Duration) -> WaitPlan.News {
            let milliseconds = length.wholeMilliseconds
            steps.append("wait \(milliseconds)")
            guard milliseconds > 0 else { return .nothing }
            let draw = Int.random(in: 0..<10, using: &random)
            guard draw < 8 else {
                now += milliseconds
                return draw == 9 ? .nothing : .end
            }
            now += Int64.random(in: 0..<milliseconds, using: &random)
            return draw < 5 ? .events : .change
        }

        mutating func isCancelled() -> Bool { random.happens(0.03) }

        mutating func look() -> Ground {
            steps.append("look")
            now += Int64.random(in: 0...10, using: &random)
            if random.happens(0.3) { position += 1 }
            if random.happens(0.05) { stream += 1 }
            return isPoll
                ? WaitPlanTests.poll(position: position, stream: stream)
                : WaitPlanTests.read(stream: stream)
        }
    }

    private func planned(_ fate: inout Fate, isPoll: Bool) -> String {
        var plan = plan(on: isPoll ? Self.poll() : Self.read())
        var action = plan.receive(isIdle: fate.page("anew"), now: fate.instant)
        while true {
            switch action {
            case .wait(let length):
                let news = fate.news(atMost: length)
                action = plan.receive(news, isCancelled: fate.isCancelled())
            case .look: action = plan.receive(fate.look())
            case .readAnew: action = plan.receive(isIdle: fate.page("anew"), now: fate.instant)
            case .readOn: action = plan.receive(isIdle: fate.page("on"), now: fate.instant)
            case .finish: return "page"
            case .fail: return "gone"
            }
        }
    }

    /// A poll as one would write it down.
    private func polled(_ fate: inout Fate) -> String {
        var ground = Self.poll()
        var isIdle = fate.page("anew")
        while isIdle {
            let left = .milliseconds(100) - fate.instant.elapsed(since: .at(1_000))
            let news = fate.news(atMost: left)
            let isCancelled = fate.isCancelled()
            if news == .end || isCancelled { return "page" }
            let before = ground
            ground = fate.look()
            if ground.isOther(than: before) { return "gone" }
            if news == .events, ground == before {
                isIdle = fate.page("on")
            } else if news == .nothing, ground == before {
                return "page"
            } else {
                isIdle = fate.page("anew")
            }
            if news == .nothing { return "page" }
        }
        return "page"
    }

    /// A read without a subscription as one would write it down.
    private func readOut(_ fate: inout Fate) -> String {
        let before = Self.read()
        var isIdle = fate.page("anew")
        while isIdle {
            let left = .milliseconds(100) - fate.instant.elapsed(since: .at(1_000))
            let news = fate.news(atMost: left)
            let isCancelled = fate.isCancelled()
            if left <= .zero || news == .end || isCancelled { return "page" }
            if fate.look().isOther(than: before) { return "gone" }
            if news == .nothing { return "page" }
            isIdle = fate.page("on")
        }
        return "page"
    }

    @Test(
        "Random calls lead to the same steps as a loop that is written down",
        arguments: RandomSeed.cases(300)
    )
    func loops(_ seed: UInt64) {
        for isPoll in [true, false] {
            var mine = Fate(seed: seed, isPoll: isPoll)
            var theirs = mine
            let result = planned(&mine, isPoll: isPoll)
            let expected = isPoll ? polled(&theirs) : readOut(&theirs)
            #expect(result == expected && mine.steps == theirs.steps, "\(mine.steps)")
        }
    }
}

extension WaitPlan.Ground {
    fileprivate func isOther(than before: WaitPlan.Ground) -> Bool {
        stream != before.stream
    }
}
