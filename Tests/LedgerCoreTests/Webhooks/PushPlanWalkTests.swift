import LedgerTesting
import Testing

@testable import LedgerCore

/// Runs of a webhook in which everything happens in any order.
@Suite("Sending to a webhook, whatever happens")
struct PushPlanWalkTests {
    /// Something that is under way, and how it ends.
    private enum Pending {
        case page(along: PushPlan.Telling?)
        case told(PushPlan.Telling)
        case request(Int, WebhookEvent)
        case store(WebhookRow)
    }

    /// A run, and what the endpoint and the table have seen of it.
    private struct Walk: ~Copyable {
        var random: SeededGenerator
        var plan: PushPlan
        var now = PushBench.start
        var row: WebhookRow
        let subscription = PushBench.subscription()
        var pending: [Pending] = []
        var nextOffset: Int64 = 0
        var leases = 0
        /// By key, the offset under way.
        var underWay: [EventKey: Offset] = [:]
        /// By key, the last one that was sent.
        var sent: [EventKey: Offset] = [:]
        var handedOut: Set<Offset> = []
        var verdicts: [Offset: Verdict] = [:]
        /// True once something failed that was said or asked for.
        var hasFailed = false
        var end: PushPlan.End?

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            let state: WebhookHealth.State =
                seed % 3 == 0
                ? .failing(
                    WebhookHealth.Probing(
                        failures: Int(seed % 5),
                        pauseStart: PlanRows.now,
                        pause: .seconds(10)
                    )
                ) : .active(WebhookHealth.FailureStreak())
            row =
                WebhookRow(of: subscription, at: PlanRows.now)
                .changing(to: WebhookHealth(state, since: PlanRows.now)).row
            plan = PushPlan(
                of: subscription,
                to: PushBench.settings(),
                health: row,
                within: PushBudget(from: now, of: seed % 4 == 0 ? .seconds(90) : nil),
                isOver: { _, _ in true }
            )
        }

        mutating func run() {
            take(plan.start(now: now))
            var steps = 0
            while end == nil {
                steps += 1
                guard steps < 5_000 else { return }
                step(isPatient: steps > 500)
            }
        }

        private mutating func step(isPatient: Bool) {
            let length = Duration.milliseconds(Int.random(in: 0...300, using: &random))
            now = Instant(now: now.now.advanced(by: length), uptime: now.uptime + length)
            guard !pending.isEmpty, Int.random(in: 0..<4, using: &random) > 0 else {
                return take(plan.receive(.woken, now: now))
            }
            let isEnding = isPatient && Int.random(in: 0..<20, using: &random) == 0
            guard !isEnding else { return take(plan.receive(.stopping, now: now)) }
            let index = Int.random(in: 0..<pending.count, using: &random)
            take(plan.receive(ending(pending.remove(at: index)), now: now))
        }

        /// How something ends that was under way.
        private mutating func ending(_ step: Pending) -> PushPlan.Event {
            let luck = Int.random(in: 0..<40, using: &random)
            switch step {
            case .page(let along):
                guard luck > 0 else { return fail(.notReceived(.failed)) }
                if let along { note(along) }
                return .received(page(), row: row)
            case .told(let telling):
                guard luck > 0 else { return fail(.told(telling.lease, unless: .failed)) }
                note(telling)
                return .told(telling.lease, unless: nil)
            case .request(let ticket, let event):
                underWay[event.key] = nil
                return .answered(ticket, answer(luck))
            case .store(let changed):
                guard luck > 0 else { return .stored(.failed) }
                guard luck > 1 else { return .stored(.conflict(row)) }
                row = changed
                return .stored(.applied)
            }
        }

        private mutating func fail(_ event: PushPlan.Event) -> PushPlan.Event {
            hasFailed = true
            return event
        }

        private func answer(_ luck: Int) -> WebhookAnswer? {
            switch luck {
            case 0: .gone
            case 1: .missing("no connection")
            case 2: nil
            case 3...9: .failed(reason: "status 500", retryAfter: nil)
            default: .acknowledged
            }
        }

        private mutating func page() -> PushPlan.Page {
            let count = Int.random(in: 0...6, using: &random)
            // A key of which something is handed out is handed out no more: the row sees to that.
            let busy = Set(handedOut.filter { verdicts[$0] == nil }.map { Int($0.rawValue % 9) })
            var events: [WebhookEvent] = []
            for _ in 0..<count {
                let key = Int(nextOffset % 9)
                if !busy.contains(key) { events += PushBench.events([key], from: nextOffset) }
                nextOffset += 1
            }
            handedOut.formUnion(events.map(\.offset))
            leases += 1
            return PushPlan.Page(
                of: subscription,
                under: events.isEmpty ? nil : "l\(leases)",
                events: events,
                isDrained: events.isEmpty,
                isIdle: events.isEmpty,
                nextDue: nil
            )
        }

        private mutating func note(_ telling: PushPlan.Telling) {
            for (offset, verdict) in telling.verdicts.values.flatMap({ $0 }) {
                verdicts[offset] = verdict
            }
        }

        private mutating func take(_ actions: [PushPlan.Action]) {
            for action in actions {
                let isOver = end != nil
                #expect(!isOver, "a step comes after the end")
                switch action {
                case .receive(_, let along):
                    let isAsked = pending.contains { if case .page = $0 { true } else { false } }
                    #expect(!isAsked, "two pages are asked for")
                    pending.append(.page(along: along))
                case .tell(let telling): pending.append(.told(telling))
                case .send(let ticket, let event): send(ticket, event)
                case .store(let row, _): pending.append(.store(row))
                case .wake, .cut: break
                case .finish(let end): self.end = end
                }
            }
        }

        private mutating func send(_ ticket: Int, _ event: WebhookEvent) {
            let isFree = underWay[event.key] == nil
            let isInOrder = sent[event.key].map { $0 < event.offset } ?? true
            let hasRoom = underWay.count < 4
            #expect(isFree, "two events of a key are under way")
            #expect(isInOrder, "a key is out of order")
            #expect(hasRoom, "too many requests are under way")
            underWay[event.key] = event.offset
            sent[event.key] = event.offset
            pending.append(.request(ticket, event))
        }
    }

    @Test(
        "A run ends, keeps the order of keys, and leaves a verdict on every event",
        arguments: 1...200
    )
    func walk(_ seed: Int) {
        var walk = Walk(seed: UInt64(seed))
        walk.run()
        let (isOver, isQuiet) = (walk.end != nil, walk.pending.isEmpty)
        #expect(isOver, "the run has no end")
        #expect(isQuiet, "the run ends while something is under way")
        guard !walk.hasFailed else { return }
        let open = walk.handedOut.subtracting(walk.verdicts.keys)
        #expect(open.isEmpty, "events have no verdict")
    }
}
