import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("Two processes that send to one endpoint")
struct WebhookHealthWalkTests {
    @Test(
        "The states are those of a plain list of what was stored",
        arguments: RandomSeed.cases(100)
    )
    func walk(_ seed: UInt64) throws {
        var walk = try Walk(seed: seed)
        for _ in 0..<400 { try walk.step() }
        #expect(walk.problems.isEmpty, "seed \(seed): \(walk.problems)")
    }

    @Test("A walk comes through every state, and both processes are second at times")
    func coverage() throws {
        var states: Set<String> = []
        var losses = 0
        for seed in 0..<20 as Range<UInt64> {
            var walk = try Walk(seed: seed)
            for _ in 0..<400 { try walk.step() }
            states.formUnion(walk.states)
            losses += walk.losses
        }
        #expect(states == ["pending", "active", "failing", "disabled"] && losses > 20)
    }
}

/// What an endpoint's state must be, kept the long way: by all answers since it began.
private struct Expected {
    var state = "pending"
    var since: Timestamp
    /// The keys of failures since the last acknowledged event.
    var failures: [EventKey] = []
    var failedProbes = 0

    mutating func enter(_ state: String, at now: Timestamp) {
        self.state = state
        since = now
        failures = []
        failedProbes = 0
    }

    mutating func receive(_ event: WebhookHealth.Event, at now: Timestamp) {
        switch (state, event) {
        case (_, .readdressed): enter("pending", at: now)
        case ("pending", .verified), ("failing", .resumed), ("disabled", .resumed),
            ("failing", .probed(.acknowledged, _)):
            enter("active", at: now)
        case ("active", .answered(.gone, _)), ("failing", .answered(.gone, _)),
            ("failing", .probed(.gone, _)):
            enter("disabled", at: now)
        case ("active", .answered(.unavailable, _)): enter("failing", at: now)
        case ("active", .answered(.acknowledged, _)): failures = []
        case ("active", .answered(.failed, let key)):
            failures.append(key)
            if failures.count >= 10, Set(failures).count >= 3 { enter("failing", at: now) }
        case ("failing", .probed(_, let hours)):
            failedProbes += 1
            if now - since >= .seconds(3600 * hours) { enter("disabled", at: now) }
        default: break
        }
    }

    /// What is wrong with a state; nil when it is this one.
    func problem(with health: WebhookHealth) -> String? {
        let isSame =
            switch (health.state, state) {
            case (.pending, "pending"), (.disabled, "disabled"): true
            case (.active(let streak), "active"):
                streak.count == min(10, failures.count)
                    && streak.keys.count == min(3, Set(failures).count)
            case (.failing(let probing), "failing"): probing.failures == failedProbes
            default: false
            }
        return isSame && health.since == since ? nil : "\(health) is not \(self)"
    }
}

/// A row that two processes change, each as it last saw it.
private struct Walk {
    private struct Process {
        var row: WebhookRow
        var health: WebhookHealth
        var expected: Expected
    }

    private(set) var problems: [String] = []
    private(set) var states: Set<String> = []
    /// Writes that came second.
    private(set) var losses = 0
    private var random: SeededGenerator
    private var now = PlanRows.now
    private var table = StoredRows()
    private var stored: Expected
    private var processes: [Process]

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        let row = WebhookRow(of: .test(), at: now)
        stored = Expected(since: now)
        processes = [Process](
            repeating: Process(row: row, health: row.health, expected: stored),
            count: 2
        )
        guard case .applied = table.write(row.creation) else {
            problems = ["the row was there"]
            return
        }
    }

    /// One event of one process, which stores what follows from it, or what it has counted.
    mutating func step() throws {
        now = now.advanced(by: .seconds(Int.random(in: 0...60, using: &random)))
        if random.happens(0.01) { now = now.advanced(by: .hours(1)) }
        let index = Int.random(in: 0...1, using: &random)
        let event = draw()
        processes[index].health.receive(event, at: now)
        processes[index].expected.receive(event, at: now)
        check(index)
        let process = processes[index]
        let isDue = process.health.isOtherCourse(than: process.row.health)
        if isDue || process.health != process.row.health && random.happens(0.2) {
            try store(index)
        }
    }

    private mutating func check(_ index: Int) {
        let process = processes[index]
        if let problem = process.expected.problem(with: process.health) { problems.append(problem) }
        states.insert(process.expected.state)
    }

    /// Writes a process's state over the row as it knows it; who is second takes what is there.
    private mutating func store(_ index: Int) throws {
        let (row, write) = processes[index].row.changing(to: processes[index].health)
        switch table.write(write) {
        case .applied:
            processes[index].row = row
            stored = processes[index].expected
        case .conditionFailed(let current?):
            losses += 1
            processes[index].row = try WebhookRow(current)
            processes[index].health = processes[index].row.health
            processes[index].expected = stored
        case .conditionFailed(nil): problems.append("the row is gone")
        }
        let item = table.rows[row.item.key]
        if let item, let problem = stored.problem(with: try WebhookRow(item).health) {
            problems.append(problem)
        }
        check(index)
    }

    private mutating func draw() -> WebhookHealth.Event {
        let number = Int.random(in: 0..<100, using: &random)
        switch number {
        case 0: return .readdressed
        case 1...8: return .verified
        case 9...11: return .resumed
        case 12...24: return .probing(timeout: .seconds(20))
        case 25...45: return .probed(answer(), disableAfterHours: 2)
        default:
            let key = EventKey(trusted: Array("k\(Int.random(in: 0..<4, using: &random))".utf8))
            return .answered(answer(), key: key)
        }
    }

    private mutating func answer() -> WebhookAnswer {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<12: .acknowledged
        case 12..<16: .unavailable(reason: "status 503", retryAfter: nil)
        case 16: .gone
        default: .failed(reason: "status 500", retryAfter: .seconds(20))
        }
    }
}
