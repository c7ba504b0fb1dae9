import ArgumentParser
import Glibc
import LedgerTesting

@main
struct JepsenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eventledger-jepsen",
        abstract: "Harm three servers on one table while clients use them, and judge every answer.",
        discussion: """
            Cuts, losses, delays and repetitions on the way to the table and to the clients, throttles, \
            conflicts, kill -9 and pauses, drawn from a seed. At the end the whole log is read \
            back and held against everything that clients were told.
            """
    )

    @Argument(help: "How long to do harm, seconds.")
    var seconds = 60

    @Flag(help: "Go on with fresh ledgers until a promise is broken.")
    var forever = false

    @Option(help: "What everything is drawn from; by default it is random, and printed.")
    var seed: UInt64?

    func run() async throws {
        var seed = seed ?? UInt64.random(in: 1...1_000_000_000)
        repeat {
            let violations = try await Trial(seed: seed, seconds: seconds).run()
            guard violations.isEmpty else {
                for violation in violations.prefix(20) { print("  \(violation)") }
                print("\(violations.count) violations; the same harm: just jepsen --seed \(seed)")
                throw ExitCode.failure
            }
            seed &+= 1
        } while forever
    }
}

/// Prints a line at once: what a pipe holds back is lost in a crash.
func say(_ line: String) {
    print(line)
    fflush(nil)
}

/// One ledger, its clients and its harm.
private struct Trial {
    let seed: UInt64
    let seconds: Int

    private static let publishers = 6
    private static let subscribers = 3

    func run() async throws -> [String] {
        say("seed \(seed), \(seconds) s")
        var random = SeededGenerator(seed: seed)
        let cluster = try await Cluster(&random)
        let violations = try await judge(cluster, using: &random)
        try await cluster.stop()
        return violations
    }

    private func judge(
        _ cluster: Cluster,
        using random: inout SeededGenerator
    ) async throws -> [String] {
        let judge = Judge()
        let client = Client(of: cluster, judge: judge)
        try await prepare(LastLook(client: client))
        var subscribers = try await doHarm(
            to: cluster,
            client: client,
            judge: judge,
            using: &random
        )
        try await cluster.calm()
        let (log, compacted) = try await LastLook(client: client).read()
        for index in subscribers.indices { try await subscribers[index].finish() }
        say(judge.summary)
        let ends = (0..<Publisher.partitions).map { partition in
            log.count { $0.partition == partition }
        }
        return judge.violations(log: log, compacted: compacted)
            + subscribers.flatMap { $0.violations(ofEnds: ends) }
            + (judge.history.acknowledgedCount < seconds ? ["hardly anything was published"] : [])
    }

    private func prepare(_ calls: LastLook) async throws {
        let stream = JSONBody.stream("s", partitions: Publisher.partitions)
        try await calls.persist("POST", at: "/streams", sending: stream, isThere: 409)
        for number in 0..<Self.subscribers {
            let body = JSONBody.subscription("c\(number)")
            try await calls.persist(
                "POST",
                at: "/streams/s/subscriptions",
                sending: body,
                isThere: 409
            )
        }
    }

    private func doHarm(
        to cluster: Cluster,
        client: Client,
        judge: Judge,
        using random: inout SeededGenerator
    ) async throws -> [Subscriber] {
        let end = ContinuousClock.now + .seconds(seconds)
        var nemesis = Nemesis(
            of: cluster,
            random: random.split(),
            longestPause: .seconds(seconds >= 300 ? 75 : 15)
        )
        let publishers = (0..<Self.publishers).map { number in
            Publisher(number, client: client, judge: judge, random: random.split())
        }
        let subscribers = (0..<Self.subscribers).map { number in
            Subscriber("c\(number)", client: client, judge: judge, random: random.split())
        }
        let logs = LogClients(client, judge: judge, random: random.split())
        return try await withThrowingTaskGroup(of: Subscriber?.self) { group in
            for publisher in publishers {
                group.addTask {
                    var publisher = publisher
                    await publisher.run(until: end)
                    return nil
                }
            }
            for subscriber in subscribers {
                group.addTask {
                    var subscriber = subscriber
                    await subscriber.run(until: end)
                    return subscriber
                }
            }
            group.addTask {
                var logs = logs
                await logs.run(until: end)
                return nil
            }
            try await nemesis.run(until: end)
            return try await group.reduce(into: []) { found, next in
                if let next { found.append(next) }
            }
        }
    }
}
