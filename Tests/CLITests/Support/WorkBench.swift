import LedgerClient
import LedgerTesting
import Testing

@testable import eventledger

/// A ``WorkPlan`` with a clock of its own, and all that it decided in words.
struct WorkBench {
    /// The time at which it began.
    static let start = ContinuousClock.now

    var plan: WorkPlan
    private(set) var now = Self.start
    /// Jobs that run, by the places of their events.
    private(set) var jobs: [String: Int] = [:]

    init(_ settings: WorkPlan.Settings = .init()) {
        plan = WorkPlan(settings)
    }

    /// The actions up to the next wait or the end: `start 0/1`, `receive ack 0/1`, `tell nack 0/2 …`,
    /// `say …`, `pass 15`, `wait 1500` (milliseconds from the start), `wait`, `finish`.
    mutating func actions() -> [String] {
        var actions: [String] = []
        while true {
            switch plan.next(now: now) {
            case .start(let job):
                let places = job.events.map(\.place.description).joined(separator: "+")
                jobs[places] = job.number
                actions.append("start \(places)")
            case .receive(let call):
                let along = call.acknowledgement.map { " " + Self.words($0) } ?? ""
                actions.append("receive\(along)")
            case .acknowledge(let fates): actions.append("tell " + Self.words(fates))
            case .passOn(let signal): actions.append("pass \(signal)")
            case .say(let text): actions.append("say \(text)")
            case .wait(let time):
                return actions + ["wait" + (time.map { " \(Self.milliseconds($0))" } ?? "")]
            case .finish(let failure):
                return actions + ["finish" + (failure.map { " \($0.message)" } ?? "")]
            }
        }
    }

    private static func milliseconds(_ time: ContinuousClock.Instant) -> Int {
        Int((time - start) / .milliseconds(1))
    }

    private static func words(_ fates: Acknowledgement) -> String {
        var words: [String] = []
        if case .some(let places) = fates.finished { words += places.map { "ack \($0)" } }
        words += fates.failed.map { "nack \($0.place)" + ($0.reason.map { " (\($0))" } ?? "") }
        words += fates.released.map { "release \($0)" }
        if let extended = fates.extended { words.append("extend \(extended)") }
        return words.joined(separator: ", ")
    }

    mutating func pass(_ milliseconds: Int) { now += .milliseconds(milliseconds) }

    /// Answers a receive with events of partition 0, each `OFFSET` or `OFFSETkey`.
    mutating func receive(
        _ events: String...,
        lease: String = "l",
        caughtUp: Bool = true,
        remaining: Int = 0,
        more: String = ""
    ) throws {
        let parts = events.map { event in
            let digits = event.prefix(while: \.isNumber)
            let key = event.dropFirst(digits.count)
            return FakeSubscription.event(Int(digits) ?? 0, key: key.isEmpty ? "k" : String(key))
        }
        let name = events.isEmpty ? "null" : "\"\(lease)\""
        let answer = """
            {"lease":\(name),"ack_wait":30,"events":[\(parts.joined(separator: ","))],
            "remaining":\(remaining),"caught_up":\(caughtUp)\(more)}
            """
        plan.received(try ReceivedPage(Array(answer.utf8)), now: now)
    }

    /// Ends the job of these events.
    mutating func end(_ places: String, by end: CommandEnd = .exited(0, said: nil)) throws {
        let job = jobs.removeValue(forKey: places)
        plan.ended(try #require(job), by: end, now: now)
    }

    /// Answers an acknowledgement; the list is JSON.
    mutating func told(notHeld: String = "", held: Int = 1) throws {
        let answer = "{\"acknowledged\":1,\"not_held\":[\(notHeld)],\"held\":\(held)}"
        plan.acknowledged(AcknowledgementAnswer(try JSONValue(Array(answer.utf8))), now: now)
    }

    mutating func stop() { plan.stop(15, now: now) }

    mutating func receiveFails(_ failure: Failure) { plan.receiveFailed(failure, now: now) }

    mutating func tellFails(_ failure: Failure) { plan.acknowledgeFailed(failure, now: now) }

    /// A refusal with a status and a code.
    static func refusal(_ status: Int, _ code: String) -> Failure {
        Failure(.ledger(.refused(status: status, code: code, message: "no", details: [])))
    }

    static let outage = Failure(.ledger(.unknownOutcome(message: "gone")))
}
