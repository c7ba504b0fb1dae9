import LedgerTesting
import Synchronization

/// Does one harm after the other to a cluster, drawn from a seed.
struct Nemesis {
    private enum Harm: String, CaseIterable {
        case cutTable, cutAllTables, cutClients, lossyTable, lateTable, throttledTable
        case conflictedTable, lossyClients, killed, paused, calm
    }

    private let cluster: Cluster
    private var random: SeededGenerator
    /// The longest pause of a server: longer than a tail is cached, where there is time.
    private let longestPause: Duration
    private let start = ContinuousClock.now

    init(of cluster: Cluster, random: SeededGenerator, longestPause: Duration) {
        self.cluster = cluster
        self.random = random
        self.longestPause = longestPause
    }

    /// Goes on until the deadline.
    mutating func run(until end: ContinuousClock.Instant) async throws {
        // Each harm once, then as it comes.
        var planned = Harm.allCases.shuffled(using: &random)
        setUsual()
        while ContinuousClock.now < end {
            let harm = planned.popLast() ?? Harm.allCases.randomElement(using: &random) ?? .calm
            let server = Int.random(in: 0..<Cluster.size, using: &random)
            let length = random.milliseconds(in: 500...4_000)
            let moment = (ContinuousClock.now - start) / .milliseconds(1)
            let milliseconds = Int(length / .milliseconds(1))
            say("\(Int(moment)) ms: \(harm.rawValue), server \(server), \(milliseconds) ms")
            try await apply(harm, to: server, for: length)
            setUsual()
            try await Task.sleep(for: random.milliseconds(in: 100...1_500))
        }
    }

    private func setUsual() {
        for link in cluster.tableLinks { link.change(.table) }
        for link in cluster.clientLinks { link.change(.client) }
    }

    private mutating func apply(_ harm: Harm, to server: Int, for length: Duration) async throws {
        let table = cluster.tableLinks[server]
        let client = cluster.clientLinks[server]
        var weather = Weather.table
        switch harm {
        case .cutTable: table.change(.cut)
        case .cutAllTables: for link in cluster.tableLinks { link.change(.cut) }
        case .cutClients: client.change(.cut)
        case .lossyTable:
            weather.unanswered = 0.3
            weather.lost = 0.1
            table.change(weather)
        case .lateTable:
            weather.late = 0.2
            weather.twin = 0.3
            weather.delay = .milliseconds(300)
            table.change(weather)
        case .throttledTable:
            weather.throttled = 0.6
            for link in cluster.tableLinks { link.change(weather) }
        case .conflictedTable:
            weather.conflicted = 0.6
            for link in cluster.tableLinks { link.change(weather) }
        case .lossyClients:
            client.change(Weather(lost: 0.2, unanswered: 0.3, late: 0.1, delay: .milliseconds(50)))
        case .killed:
            cluster.kill(server)
            try await Task.sleep(for: length / 4)
            return try await cluster.start(server)
        case .paused: return try await pause(server)
        case .calm:
            for link in cluster.tableLinks + cluster.clientLinks { link.change(.calm) }
        }
        try await Task.sleep(for: length)
    }

    private mutating func pause(_ server: Int) async throws {
        let isLong = random.happens(0.1)
        let longest = isLong ? longestPause.components.seconds : 6
        let seconds = Int64.random(in: 1...longest, using: &random)
        cluster.pause(server)
        try await Task.sleep(for: .seconds(seconds))
        cluster.resume(server)
    }
}
