import Foundation
import LedgerTesting
import Loopback
import Synchronization

/// The server processes of one ledger, which a test kills and starts again.
protocol KilledServers: Actor {
    /// The way to those that are up.
    nonisolated var ports: Ports { get }
    /// How many there are.
    nonisolated var count: Int { get }
    /// Kills a server, whatever it is doing, and starts another in its place.
    func restart(_ index: Int) async throws
    /// Lets some of the servers' time pass, so that sessions and leases of the dead are over at last.
    func passTime() async throws
    /// Ends them all.
    func end()
}

/// The ports of servers that are up.
final class Ports: Sendable {
    /// By server; nil while it is down.
    private let ports: Mutex<[Int?]>

    init(_ ports: [Int?]) { self.ports = Mutex(ports) }

    func set(_ port: Int?, of server: Int) { ports.withLock { $0[server] = port } }

    /// A connection to a server that is up, once there is one; by turns, another each time.
    func connect(_ turn: Int) async throws -> APIConnection {
        let patience = Patience()
        while true {
            let up = ports.withLock { $0.compactMap(\.self) }
            if !up.isEmpty, let connection = try? APIConnection(up[turn % up.count]) {
                return connection
            }
            // A killed server's port is refused at once, until the next one has its own.
            try patience.check("a server that is up")
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

/// One server on a data folder, whose clock goes as fast as the test wants.
actor MovedServer: KilledServers {
    nonisolated let ports = Ports([nil])
    nonisolated let count = 1
    private let folder: TemporaryFolder
    private var process: SoakProcess?
    private var passed: Duration = .zero

    init() throws { folder = try TemporaryFolder() }

    func restart(_ index: Int) async throws {
        end()
        let process = try await SoakProcess(folder.path, clockAhead: passed)
        self.process = process
        ports.set(process.port, of: index)
    }

    /// With a look each 10 milliseconds, twenty times as fast as usual.
    func passTime() async throws {
        let step: Duration = .milliseconds(200)
        passed += step
        try await process?.advance(by: step)
    }

    func end() {
        process?.kill()
        process = nil
        ports.set(nil, of: 0)
    }
}

/// Three servers on one DynamoDB table, in the machine's own time.
actor ServersOnTable: KilledServers {
    nonisolated let ports = Ports([nil, nil, nil])
    nonisolated let count = 3
    private let table: String
    private let aws: LocalAWS
    private var servers: [Int: LedgerUnderTest] = [:]

    init() async throws {
        aws = try await LocalAWS.shared()
        table = try await aws.createTable()
    }

    func restart(_ index: Int) async throws {
        servers.removeValue(forKey: index)?.kill()
        ports.set(nil, of: index)
        let server = try await LedgerUnderTest(table: table, of: aws)
        servers[index] = server
        ports.set(server.port, of: index)
    }

    /// It passes by itself.
    func passTime() {}

    func end() {
        for server in servers.values { server.kill() }
        servers = [:]
    }
}

/// A process of `soak-server`, which obeys its standard input.
private final class SoakProcess: Sendable {
    let port: Int
    private let process: ChildProcess
    private let orders: FileHandle
    private let answers: FileHandle
    private let hasEnded = Mutex(false)

    /// A server that has ended by itself is an error of a test, and not the end of all tests.
    private static let ignoresBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    /// Starts one whose clocks are so far ahead; returns when it is ready.
    init(_ folder: String, clockAhead offset: Duration) async throws {
        Self.ignoresBrokenPipes
        let (input, output) = (Pipe(), Pipe())
        process = try ChildProcess(
            ServerProcess.executable("soak-server"),
            arguments: [folder, "\(Int(offset / .milliseconds(1)))", "boot"],
            environment: ProcessInfo.processInfo.environment,
            files: (
                input.fileHandleForReading.fileDescriptor,
                output.fileHandleForWriting.fileDescriptor, STDERR_FILENO
            )
        )
        try input.fileHandleForReading.close()
        try output.fileHandleForWriting.close()
        (orders, answers) = (input.fileHandleForWriting, output.fileHandleForReading)
        let line = try await Self.line(of: answers)
        guard let port = line.split(separator: ":").last.flatMap({ Int($0) }) else {
            throw TestFailure("soak-server said '\(line)'")
        }
        self.port = port
    }

    deinit { kill() }

    /// Moves both its clocks.
    func advance(by length: Duration) async throws {
        let order = "advance \(Int(length / .milliseconds(1)))\n"
        try orders.write(contentsOf: Data(order.utf8))
        let line = try await Self.line(of: answers)
        guard line == "done" else { throw TestFailure("soak-server said '\(line)'") }
    }

    func kill() {
        let isFirst = hasEnded.withLock { ended in
            defer { ended = true }
            return !ended
        }
        guard isFirst else { return }
        process.send(SIGKILL)
        _ = process.wait()
    }

    /// The next line that it says, which says nothing unasked.
    private static func line(of answers: FileHandle) async throws -> String {
        try await onThread {
            var text = ""
            while !text.hasSuffix("\n") {
                let data = answers.availableData
                guard !data.isEmpty else { throw TestFailure("soak-server ended: '\(text)'") }
                text += String(decoding: data, as: UTF8.self)
            }
            return String(text.dropLast())
        }
    }
}
