import LedgerClient
import LedgerTesting
import Testing

@Suite("Coming back to an event stream")
struct ReconnectionPlanTests {
    private static let busy = LedgerClientError.refused(
        status: 503,
        code: "unavailable",
        message: "test",
        details: []
    )
    private static let gone = LedgerClientError.refused(
        status: 404,
        code: "stream_not_found",
        message: "test",
        details: []
    )

    private func end(
        _ plan: inout ReconnectionPlan,
        with error: LedgerClientError? = nil,
        lasted: Duration = .zero,
        hasEvents: Bool = false,
        retry: Duration? = nil
    ) -> ReconnectionPlan.Action {
        plan.ended(with: error, lasted: lasted, hasEvents: hasEvents, retry: retry)
    }

    @Test("The pause doubles up to its bound while streams bring nothing")
    func pauses() {
        var plan = ReconnectionPlan(attempts: 4)
        for milliseconds in [200, 400, 800, 1600, 3200, 5000, 5000] {
            #expect(end(&plan) == .open(after: .milliseconds(milliseconds)))
        }
        for _ in 0..<100 { #expect(end(&plan) == .open(after: .seconds(5))) }
        #expect(end(&plan, hasEvents: true) == .open(after: .milliseconds(100)))
        #expect(end(&plan) == .open(after: .milliseconds(200)))
        #expect(end(&plan, lasted: .seconds(300)) == .open(after: .milliseconds(100)))
        #expect(end(&plan, lasted: .seconds(5)) == .open(after: .milliseconds(200)))
    }

    @Test("A ledger's own pause is kept, unless it is unreasonable")
    func retry() {
        var plan = ReconnectionPlan(attempts: 4)
        #expect(end(&plan, hasEvents: true, retry: .seconds(1)) == .open(after: .seconds(1)))
        #expect(end(&plan, retry: .milliseconds(1)) == .open(after: .milliseconds(200)))
        #expect(
            end(&plan, hasEvents: true, retry: .milliseconds(Int64.max))
                == .open(after: .seconds(3600))
        )
    }

    @Test("Failures that are temporary are told when there were several in a row")
    func failures() {
        let broken = LedgerClientError.unknownOutcome(message: "test")
        let out = LedgerClientError.unreachable(url: "u", message: "test")
        var plan = ReconnectionPlan(attempts: 3)
        #expect(end(&plan, with: Self.busy) == .open(after: .milliseconds(200)))
        #expect(end(&plan, with: out) == .open(after: .milliseconds(400)))
        #expect(end(&plan, with: broken) == .fail(broken))
        // What ends in order or brings something ends such a row.
        plan = ReconnectionPlan(attempts: 2)
        for _ in 0..<10 {
            #expect(end(&plan, with: broken, hasEvents: true) == .open(after: .milliseconds(100)))
            #expect(end(&plan, with: out) == .open(after: .milliseconds(200)))
            #expect(end(&plan) == .open(after: .milliseconds(400)))
            #expect(end(&plan, with: Self.busy) == .open(after: .milliseconds(800)))
        }
        #expect(end(&plan, with: Self.busy) == .fail(Self.busy))
    }

    @Test("A refusal that stays is told at once, whatever came before")
    func refusals() {
        for error in [Self.gone, .notALedger(status: 200)] {
            var plan = ReconnectionPlan(attempts: 4)
            #expect(end(&plan, with: error) == .fail(error))
            plan = ReconnectionPlan(attempts: 4)
            #expect(end(&plan, with: error, lasted: .seconds(60), hasEvents: true) == .fail(error))
        }
    }

    @Test(
        "No row of ends makes it come back without a pause, or give up for ends in order",
        arguments: RandomSeed.cases(100)
    )
    func walk(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var plan = ReconnectionPlan(attempts: 4)
        var row = 0
        for _ in 0..<100 {
            let error = random.happens(0.4) ? Self.busy : nil
            let hasEvents = random.happens(0.2)
            row = error == nil || hasEvents ? 0 : row + 1
            switch end(&plan, with: error, hasEvents: hasEvents) {
            case .open(let pause):
                #expect(ReconnectionPlan.pauses.contains(pause) && row < 4)
            case .fail(let failure):
                #expect(failure == error && row == 4)
                return
            }
        }
    }
}
