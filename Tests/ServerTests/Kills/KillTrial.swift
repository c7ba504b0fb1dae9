import Glibc
import LedgerTesting
import Testing

/// Servers and consumers that are killed under load, round after round, until all is done at last.
struct KillTrial {
    let servers: any KilledServers
    /// How many servers are killed while everyone is at work.
    let rounds: Int
    /// Events that are done between two kills, about.
    let pace: Int

    /// True when there is time for many rounds: `EVENTLEDGER_SOAK` is set, as `just soak-kills` does.
    static let isLong = getenv("EVENTLEDGER_SOAK") != nil
    private static let replay = RandomSeed.replay("Kill|Stateless")

    /// Runs the trial and checks that every promise was kept.
    func run() async throws {
        for index in 0..<servers.count { try await servers.restart(index) }
        let load = DeliveryLoad(over: servers.ports)
        try await load.create()
        var random = SeededGenerator(seed: RandomSeed.base)
        var parked: Set<History.Event> = []
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Everyone ends with the trial, also when that fails.
            defer { load.enter(.over) }
            load.start(in: &group, using: &random)
            try await storm(over: load, using: &random)
            parked = try await calm(over: load)
            try await heal(load)
        }
        try await judge(load, parked: parked)
        await servers.end()
    }

    private func storm(
        over load: DeliveryLoad,
        using random: inout SeededGenerator
    ) async throws {
        for round in 0..<rounds {
            let goal = load.successes + Int.random(in: pace / 2...pace * 3 / 2, using: &random)
            try await wait(for: "the work and the deaths of round \(round)", by: load) {
                load.successes >= goal && load.kills > round
            }
            try await servers.restart(round % servers.count)
        }
    }

    /// Lets everything be done that can be; returns what is parked then.
    private func calm(over load: DeliveryLoad) async throws -> Set<History.Event> {
        load.enter(.calm)
        try await wait(for: "the end of every subscription", by: load) { try await load.isDone() }
        return try await load.parked()
    }

    /// Has what is parked delivered again, with one kill more, until it is done too.
    private func heal(_ load: DeliveryLoad) async throws {
        load.enter(.healed)
        var left = try await load.replay()
        try await servers.restart(0)
        try await wait(for: "the delivery of what was parked", by: load) {
            if left != 0 { left = try await load.replay() }
            guard left == 0, try await load.isDone() else { return false }
            return try await load.parkedPaths().isEmpty
        }
    }

    /// Waits, while time passes for the servers; nobody goes on who was refused.
    private func wait(
        for what: String,
        by load: DeliveryLoad,
        until isOver: () async throws -> Bool
    ) async throws {
        try await Patience().wait(for: what) {
            if let violation = load.violations.first { throw TestFailure(violation) }
            try await servers.passTime()
            return try await isOver()
        }
    }

    private func judge(_ load: DeliveryLoad, parked: Set<History.Event>) async throws {
        let log = try await load.wholeLog()
        var violations = load.violations
        let lost = load.published.subtracting(log.map(\.value))
        violations += lost.map { "published, and not in the log: \($0)" }
        violations += load.rejected.subtracting(parked).map { "rejected, and not parked: \($0)" }
        for (subscription, work) in load.work {
            let found = work.violations(
                log: log,
                parked: subscription == "events" ? parked : []
            )
            violations += found.map { "\(subscription): \($0)" }
            // What was parked is done in the end, once somebody can do it.
            let left = Set(log).subtracting(work.done)
            violations += left.map { "\(subscription): not done in the end: \($0)" }
        }
        let repetitions = load.work.values.reduce(0) { $0 + $1.repetitions }
        print(
            """
            kills: \(rounds + 1) of servers, \(load.kills) of consumers; \(log.count) events, \
            \(repetitions) done again, \(parked.count) parked, \(load.rejected.count) rejected
            """
        )
        #expect(violations.isEmpty, "\(Self.replay): \(violations.prefix(5))")
        #expect(load.kills >= rounds, "\(Self.replay): hardly anyone was killed")
        let hopeless = log.filter { $0.value.hasSuffix("hopeless") }
        #expect(!hopeless.isEmpty && parked.isSuperset(of: hopeless), "\(Self.replay)")
    }
}
