import LedgerClient
import LedgerTesting
import Testing

@testable import eventledger

/// Random histories of a worker with a ledger that keeps the rules of events mode.
@Suite("A worker in any history")
struct WorkWalkTests {
    /// A partition as the ledger has it; the fates of events are checked as they are told.
    private struct Ledger {
        private enum State: Equatable {
            case open
            case held(lease: String)
            case finished
        }

        private let keys: [String]
        private var states: [State]
        /// What the commands of events came to, by the lease under which they ran.
        private var ends: [String: [Int: Bool]] = [:]
        private(set) var leases = 0
        /// By lease: the time from which on others may have its events.
        private var overAt: [String: ContinuousClock.Instant] = [:]

        init(events: Int, keys: Int, random: inout SeededGenerator) {
            self.keys = (0..<events).map { _ in "k\(Int.random(in: 0..<keys, using: &random))" }
            states = Array(repeating: .open, count: events)
        }

        var isFinished: Bool { states.allSatisfy { $0 == .finished } }

        /// The lease that holds an event for which a command begins; nil where none does.
        func lease(of event: Int) -> String? {
            guard case .held(let lease) = states[event] else { return nil }
            return lease
        }

        /// A command that ran for this event under a lease came to its end.
        mutating func ended(_ event: Int, under lease: String, well: Bool) {
            ends[lease, default: [:]][event] = well
        }

        /// Takes what is told; fails where that can't be.
        mutating func take(_ told: Acknowledgement, now: ContinuousClock.Instant) {
            if told.extended != nil { overAt[told.lease] = now + .seconds(30) }
            guard case .some(let finished) = told.finished else { return }
            for place in finished where isHeld(place, under: told.lease) {
                let event = Int(place.offset)
                #expect(
                    ends[told.lease]?[event] == true,
                    "\(event) is acknowledged and was not done"
                )
                let earlier = keys[..<event].indices.filter { keys[$0] == keys[event] }
                #expect(earlier.allSatisfy { states[$0] == .finished }, "\(event) passes its key")
                states[event] = .finished
            }
            for place in told.failed.map(\.place) where isHeld(place, under: told.lease) {
                #expect(ends[told.lease]?[Int(place.offset)] == false)
                states[Int(place.offset)] = .open
            }
            for place in told.released where isHeld(place, under: told.lease) {
                #expect(ends[told.lease]?[Int(place.offset)] != true, "what is done is given back")
                states[Int(place.offset)] = .open
            }
        }

        /// What an acknowledgement names and its lease does not hold any more, as an answer lists it.
        func missed(by told: Acknowledgement) -> String {
            var named = told.failed.map(\.place) + told.released
            if case .some(let finished) = told.finished { named += finished }
            let missed = named.filter { !isHeld($0, under: told.lease) }.map { place in
                #"{"partition":0,"offset":\#(place.offset),"why":"lease_over"}"#
            }
            return missed.joined(separator: ",")
        }

        private func isHeld(_ place: EventPlace, under lease: String) -> Bool {
            states[Int(place.offset)] == .held(lease: lease)
        }

        /// The answer to a receive.
        mutating func page(limit: Int, now: ContinuousClock.Instant) throws -> ReceivedPage {
            leases += 1
            let lease = "lease-\(leases)"
            overAt[lease] = now + .seconds(30)
            for event in states.indices {
                guard case .held(let lease) = states[event], let over = overAt[lease], over <= now
                else { continue }
                states[event] = .open
            }
            var blocked: Set<String> = []
            var events: [Int] = []
            for event in states.indices where states[event] != .finished {
                guard states[event] == .open, !blocked.contains(keys[event]), events.count < limit
                else {
                    blocked.insert(keys[event])
                    continue
                }
                states[event] = .held(lease: lease)
                events.append(event)
            }
            let texts = events.map { FakeSubscription.event($0, key: keys[$0]) }
            let answer = """
                {"lease":\(events.isEmpty ? "null" : "\"\(lease)\""),"ack_wait":30,
                "events":[\(texts.joined(separator: ","))],"remaining":0,
                "caught_up":\(states.allSatisfy { $0 != .open })}
                """
            return try ReceivedPage(Array(answer.utf8))
        }
    }

    /// A worker's history: what is under way is answered in any order, well or not.
    private struct Walk {
        private var random: SeededGenerator
        private var ledger: Ledger
        private var plan: WorkPlan
        private let settings: WorkPlan.Settings
        private var now = WorkBench.start
        private var jobs: [(job: WorkPlan.Job, lease: String)] = []
        private var receive: WorkPlan.Receive?
        private var telling: Acknowledgement?
        private(set) var wasStopped = false
        /// Failures of calls that are still to come; the end needs some calls to succeed.
        private var failures = 10

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            ledger = Ledger(events: 60, keys: 8, random: &random)
            settings = WorkPlan.Settings(
                concurrency: Int.random(in: 1...6, using: &random),
                unit: random.happens(0.2) ? .page : .event,
                extent: .endless
            )
            plan = WorkPlan(settings)
        }

        /// Lives through it to the end, which must come.
        mutating func run() throws {
            for _ in 0..<20_000 {
                switch plan.next(now: now) {
                case .start(let job): try begin(job)
                case .receive(let call):
                    #expect(receive == nil && !wasStopped)
                    receive = call
                case .acknowledge(let fates):
                    #expect(telling == nil && !fates.isEmpty)
                    telling = fates
                case .passOn: break
                case .say: break
                case .wait(let time): try live(until: time)
                case .finish(let failure):
                    #expect(failure == nil && jobs.isEmpty && telling == nil)
                    #expect(ledger.isFinished || wasStopped)
                    return
                }
            }
            Issue.record("it does not come to an end")
        }

        private mutating func begin(_ job: WorkPlan.Job) throws {
            let leases = job.events.map { ledger.lease(of: Int($0.place.offset)) }
            #expect(Set(leases).count == 1)
            jobs.append((job, try #require(leases.first ?? nil, "others may have it")))
            #expect(!wasStopped && jobs.count <= settings.concurrency)
            let keys = jobs.map { Set($0.job.events.map(\.key)) }
            let count = keys.reduce(0) { $0 + $1.count }
            #expect(keys.reduce(Set()) { $0.union($1) }.count == count, "a key runs twice")
        }

        /// Something happens: an answer, the end of a command, a signal, or the time comes.
        private mutating func live(until time: ContinuousClock.Instant?) throws {
            let canEnd = ledger.isFinished && jobs.isEmpty && telling == nil && receive != nil
            if canEnd || random.happens(0.003) {
                plan.stop(15, now: now)
                wasStopped = true
            }
            now += .milliseconds(Int.random(in: 0...1000, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where !jobs.isEmpty: endJob()
            case 1 where receive != nil: try answerReceive()
            case 2 where telling != nil: try answerTelling()
            default:
                guard jobs.isEmpty, receive == nil, telling == nil else { return }
                now = max(now, try #require(time, "nothing is under way, and no time comes"))
            }
        }

        private mutating func endJob() {
            let (job, lease) = jobs.remove(at: Int.random(in: jobs.indices, using: &random))
            let isWell = random.happens(0.8)
            for event in job.events {
                ledger.ended(Int(event.place.offset), under: lease, well: isWell)
            }
            plan.ended(job.number, by: .exited(isWell ? 0 : 1, said: nil), now: now)
        }

        private mutating func answerReceive() throws {
            guard let call = receive.take() else { return }
            guard !fails() else { return plan.receiveFailed(WorkBench.outage, now: now) }
            if let fates = call.acknowledgement { ledger.take(fates, now: now) }
            plan.received(try ledger.page(limit: 10, now: now), now: now)
        }

        private mutating func answerTelling() throws {
            guard let fates = telling.take() else { return }
            // The ledger may have heard it, whatever comes back.
            let isLost = fails()
            let missed = ledger.missed(by: fates)
            if !isLost || random.happens(0.5) { ledger.take(fates, now: now) }
            guard !isLost else { return plan.acknowledgeFailed(WorkBench.outage, now: now) }
            let answer = try JSONValue(Array("{\"acknowledged\":0,\"not_held\":[\(missed)]}".utf8))
            plan.acknowledged(AcknowledgementAnswer(answer), now: now)
        }

        private mutating func fails() -> Bool {
            guard ledger.leases > 0, !wasStopped, failures > 0, random.happens(0.1) else {
                return false
            }
            failures -= 1
            return true
        }
    }

    @Test(
        "Nothing is acknowledged that was not done, no key runs twice, and it comes to its end",
        arguments: RandomSeed.cases(100)
    )
    func histories(_ seed: UInt64) throws {
        var walk = Walk(seed: seed)
        try walk.run()
        #expect(walk.wasStopped, "an endless worker ends when it is stopped")
    }
}
