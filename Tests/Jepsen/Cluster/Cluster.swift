import Glibc
import LedgerTesting
import Loopback
import Synchronization

/// Three servers on one table, each between two proxies: one to the table, one to its clients.
final class Cluster: Sendable {
    static let size = 3

    private let aws: LocalAWS
    private let table: String
    private let servers: Mutex<[ServerProcess?]>
    /// By server: the link to the table.
    let tableLinks: [Proxy]
    /// By server: the link of its clients.
    let clientLinks: [Proxy]

    init(_ random: inout SeededGenerator) async throws {
        let aws = try await LocalAWS.shared()
        self.aws = aws
        table = try await aws.createTable()
        let tablePort = aws.url.split(separator: ":").last.flatMap { Int($0) } ?? 0
        var seeds = (0..<2 * Self.size).map { _ in random.next() }
        tableLinks = (0..<Self.size).map { _ in Proxy(to: tablePort, seed: seeds.removeLast()) }
        clientLinks = (0..<Self.size).map { _ in Proxy(to: 0, seed: seeds.removeLast()) }
        servers = Mutex(Array(repeating: nil, count: Self.size))
        for index in 0..<Self.size { try await start(index) }
    }

    /// Starts a server; its link to the table must be up.
    func start(_ index: Int) async throws {
        let patience = Patience()
        var variables = aws.variables
        variables["AWS_ENDPOINT_URL"] = tableLinks[index].url
        while true {
            do {
                let server = try await ServerProcess.ledger(
                    ["--table", "dynamodb:" + table, "--log-level", "critical"],
                    variables: variables
                )
                servers.withLock { $0[index] = server }
                return clientLinks[index].lead(to: server.port)
            } catch let failure as ServerProcess.Failure {
                try patience.check("server \(index): \(failure)")
            }
        }
    }

    /// Ends a server as `kill -9` does.
    func kill(_ index: Int) {
        servers.withLock { servers in
            defer { servers[index] = nil }
            return servers[index]
        }?.kill()
    }

    /// Stops a server in whatever it does.
    func pause(_ index: Int) {
        servers.withLock { $0[index] }?.send(SIGSTOP)
    }

    /// Lets a server go on that was paused.
    func resume(_ index: Int) {
        servers.withLock { $0[index] }?.send(SIGCONT)
    }

    /// No more trouble: servers with nothing in hand, and nothing on its way to the table.
    func calm() async throws {
        for link in tableLinks + clientLinks { link.change(.calm) }
        for index in 0..<Self.size { kill(index) }
        try await Patience().wait(for: "what is on its way") {
            (tableLinks + clientLinks).allSatisfy(\.isQuiet)
        }
        for index in 0..<Self.size { try await start(index) }
    }

    /// Ends the servers, and removes the table: there may be many one after another.
    func stop() async throws {
        for index in 0..<Self.size { kill(index) }
        try await aws.deleteTable(table)
    }
}
