import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A group's member that waits")
struct GroupWaitPlanTests {
    private typealias Action = GroupWaitPlan.Action
    private typealias View = GroupWaitPlan.View

    private static let stream = StreamIncarnation(high: 1, low: 1)

    /// A look at a member that holds partition 0, or what the parameters say.
    private static func view(
        holding partition: Int? = 0,
        lease: Int64 = 1,
        position: Int64 = 0,
        givingUp: Bool = false,
        stream: StreamIncarnation = stream
    ) -> View {
        let parts = partition.map { number in
            GroupShare.Part(
                partition: LedgerCoreTests.partition(number),
                lease: lease,
                position: .log(offset(position)),
                isGivingUp: givingUp
            )
        }
        let share = GroupShare(
            member: MemberName(trusted: "a"),
            session: GroupRows.session,
            parts: parts.map { [$0] } ?? []
        )
        let subscription = SubscriptionRow(
            stream: stream,
            id: SubscriptionID(trusted: "u"),
            incarnation: SubscriptionIncarnation(high: 3, low: 1),
            secret: SubscriptionSecret(trusted: [UInt8](repeating: 7, count: 32)),
            startFrom: [],
            created: Timestamp(milliseconds: 0),
            positions: [.log(.zero)]
        )
        return View(share, of: subscription)
    }

    private func plan(seeing view: View = view(), patience: Duration = .seconds(5)) -> GroupWaitPlan
    {
        GroupWaitPlan(of: PlanRows.name, seeing: view, begun: .at(1_000), patience: patience)
    }

    @Test("Only an idle page is waited behind, for a second or for what is left")
    func pages() {
        for view in [Self.view(), Self.view(holding: nil)] {
            var full = plan(seeing: view)
            #expect(full.receive(isIdle: false, now: .at(1_000)) == .finish)
            var idle = plan(seeing: view)
            #expect(idle.receive(isIdle: true, now: .at(1_030)) == .wait(atMost: .seconds(1)))
            var late = plan(seeing: view)
            #expect(late.receive(isIdle: true, now: .at(5_970)) == .wait(atMost: .milliseconds(30)))
            var over = plan(seeing: view)
            #expect(over.receive(isIdle: true, now: .at(6_000)) == .finish)
        }
        var hasty = plan(patience: .zero)
        #expect(hasty.receive(isIdle: true, now: .at(1_000)) == .finish)
    }

    @Test("Every wait leads to a look, unless the process stops or the caller is gone")
    func news() {
        let all: [WaitPlan.News] = [.events, .change, .nothing, .end]
        for news in all {
            for isCancelled in [false, true] {
                var plan = plan()
                _ = plan.receive(isIdle: true, now: .at(1_000))
                let expected: Action = news == .end || isCancelled ? .finish : .look
                #expect(plan.receive(news, isCancelled: isCancelled) == expected)
            }
        }
    }

    @Test("After a look it reads where there is news or another share, else it waits on")
    func looks() {
        let other = StreamIncarnation(high: 2, low: 1)
        let wait = Action.wait(atMost: .seconds(1))
        let table: [(WaitPlan.News, View, Int64, Action)] = [
            (.nothing, Self.view(), 2_000, wait),
            (.events, Self.view(), 2_000, .read),
            (.change, Self.view(), 2_000, .read),
            (.nothing, Self.view(position: 3), 2_000, .read),
            (.nothing, Self.view(holding: 1), 2_000, .read),
            (.nothing, Self.view(), 6_000, .read),
            (.nothing, Self.view(stream: other), 2_000, .fail(.streamNotFound(PlanRows.name))),
        ]
        for (news, view, now, expected) in table {
            var plan = plan()
            _ = plan.receive(isIdle: true, now: .at(1_000))
            _ = plan.receive(news, isCancelled: false)
            #expect(plan.receive(view, now: .at(now)) == expected, "\(news) \(view)")
        }
    }

    @Test(
        "A page of another share, or behind the time, is the last one; any other is waited behind"
    )
    func last() {
        let table: [(View, Int64, Action)] = [
            (Self.view(holding: nil), 2_000, .finish),
            (Self.view(holding: 1), 2_000, .finish),
            (Self.view(lease: 2), 2_000, .finish),
            (Self.view(givingUp: true), 2_000, .finish),
            (Self.view(), 6_000, .finish),
            (Self.view(position: 3), 2_000, .wait(atMost: .seconds(1))),
        ]
        for (view, now, expected) in table {
            var plan = plan()
            _ = plan.receive(isIdle: true, now: .at(1_000))
            _ = plan.receive(.nothing, isCancelled: false)
            #expect(plan.receive(view, now: .at(now)) == .read)
            #expect(plan.receive(isIdle: true, now: .at(now)) == expected, "\(view)")
        }
    }

    @Test("What was moved is read once, not after every look")
    func moved() {
        var plan = plan()
        _ = plan.receive(isIdle: true, now: .at(1_000))
        for expected in [Action.read, .wait(atMost: .seconds(1))] {
            _ = plan.receive(.nothing, isCancelled: false)
            #expect(plan.receive(Self.view(position: 3), now: .at(2_000)) == expected)
            if expected == .read { _ = plan.receive(isIdle: true, now: .at(2_000)) }
        }
    }
}
