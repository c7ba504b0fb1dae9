import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The wait of a call for events")
struct ReceiveWaitTests {
    private static let begun = Instant(now: PlanRows.now, uptime: .zero)

    private func after(_ span: Duration) -> Instant {
        Instant(now: PlanRows.now.advanced(by: span), uptime: span)
    }

    /// A row with nothing open, or with events that come again, or whose lease ends, then.
    private func row(waiting: [Duration] = [], leased: [Duration] = []) -> DeliveryRow {
        var row = DeliveryRow(of: DeliveryRows("a").subscription, in: partition(0), after: nil)
        for (index, span) in (waiting + leased).enumerated() {
            let timer = RowTimer(version: 1, start: PlanRows.now, length: span)
            let id = LeaseID(rawValue: UInt64(index))
            let isWaiting = index < waiting.count
            row.open.put(
                OpenEvent(
                    offset(Int64(index)),
                    key: KeyHash(rawValue: 1),
                    state: isWaiting ? .waiting(timer) : .held(id)
                )
            )
            guard !isWaiting else { continue }
            row.open.put(EventLease(id, timer: timer, granted: PlanRows.now, consumer: ""))
        }
        return row
    }

    private func first(
        _ rows: [DeliveryRow],
        isIdle: Bool = true,
        patience: Duration = .seconds(20),
        after span: Duration = .zero
    ) -> ReceiveWait.Action {
        var wait = ReceiveWait(begun: Self.begun, patience: patience)
        return wait.receive(rows, isIdle: isIdle, now: after(span))
    }

    @Test(
        "A page that has events, or could have more, is the answer, and so is any without patience"
    )
    func answers() {
        #expect(first([row()], isIdle: false) == .finish)
        #expect(first([row()], patience: .zero) == .finish)
        #expect(first([row()], after: .seconds(20)) == .finish)
        #expect(first([row()], after: .seconds(19)) == .wait(atMost: .seconds(1)))
    }

    @Test("Where nothing is open it waits for news alone, else it looks again within a second")
    func pauses() {
        #expect(first([row(), row()]) == .wait(atMost: .seconds(20)))
        #expect(first([]) == .wait(atMost: .seconds(20)))
        for (row, expected) in [
            (row(waiting: [.seconds(9)]), 1_000), (row(waiting: [.milliseconds(300)]), 300),
            (row(leased: [.milliseconds(700), .milliseconds(400)]), 400),
            (row(waiting: [.milliseconds(500)], leased: [.milliseconds(200)]), 200),
            // What should be over by now need not be for another process.
            (row(waiting: [.zero]), 1_000),
        ] as [(DeliveryRow, Int)] {
            #expect(first([self.row(), row]) == .wait(atMost: .milliseconds(expected)))
        }
        var ready = row()
        ready.open.put(OpenEvent(.zero, key: KeyHash(rawValue: 1), state: .ready))
        #expect(first([ready]) == .wait(atMost: .seconds(1)))
        #expect(
            first([row(waiting: [.seconds(9)])], patience: .milliseconds(80))
                == .wait(atMost: .milliseconds(80))
        )
    }

    @Test("After a wait it receives again, unless the process stops or the caller has gone")
    func news() {
        for (news, isCancelled, expected) in [
            (.events, false, .receive), (.change, false, .receive), (.nothing, false, .receive),
            (.end, false, .finish), (.events, true, .finish), (.nothing, true, .finish),
        ] as [(WaitPlan.News, Bool, ReceiveWait.Action)] {
            var wait = ReceiveWait(begun: Self.begun, patience: .seconds(20))
            _ = wait.receive([row()], isIdle: true, now: Self.begun)
            #expect(wait.receive(news, isCancelled: isCancelled) == expected)
            guard expected == .receive else { continue }
            let again = wait.receive([row()], isIdle: true, now: after(.seconds(15)))
            #expect(again == .wait(atMost: .seconds(5)))
        }
    }

    @Test("The next moment is that of the first timer that is not over")
    func dues() {
        let row = row(waiting: [.seconds(5), .seconds(3)], leased: [.seconds(4)])
        for (span, expected) in [(0, 3), (3, 4), (4, 5), (5, nil)] as [(Int, Int?)] {
            let due = row.nextDue(after: PlanRows.now.advanced(by: .seconds(span)))
            #expect(due == expected.map { PlanRows.now.advanced(by: .seconds($0)) })
        }
    }
}
