import Foundation
import LedgerTesting
import Loopback
import Synchronization
import Testing

@testable import LedgerServer

@Suite struct ProcessTests {
    @Test("The first signal ends the wait, the second one the process")
    func signals() async {
        let left = Gate()
        let status = Atomic<Int32>(0)
        // Not the signals that end a test run.
        let waiter = SignalWaiter(signals: [SIGUSR1]) { code in
            status.store(code, ordering: .sequentiallyConsistent)
            left.open()
        }
        kill(getpid(), SIGUSR1)
        #expect(await waiter.wait() == SIGUSR1)
        kill(getpid(), SIGUSR1)
        await left.wait()
        #expect(status.load(ordering: .sequentiallyConsistent) == 128 + SIGUSR1)
        withExtendedLifetime(waiter) {}
    }

    @Test("A server takes no more connections than it has descriptors for")
    func descriptors() {
        #expect(FileLimit.raise() >= 256)
        func connections(_ fileLimit: Int, loops: Int = 2, table: Int = 0) -> Int {
            let reserved = FileLimit.reserved(loops: loops, table: table)
            return ConnectionLimits().affordable(fileLimit: fileLimit, reserved: reserved)
                .connections
        }
        #expect(connections(1024) == 716)
        #expect(connections(65_536) == 10_000)
        #expect(connections(1024, loops: 64) == 576)
        #expect(connections(1024, loops: 64, table: 128) == 480)
        #expect(connections(102) == 24)
        let limits = ConnectionLimits().affordable(fileLimit: 102, reserved: 70)
        #expect(limits.connections + limits.refusedConnections == 32)
    }

    /// Root may set options of sockets that an ordinary user may not.
    @Test("A server without any privilege serves")
    func unprivileged() async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let server = try await ServerProcess(
            "/usr/bin/setpriv",
            arguments: (geteuid() == 0 ? ["--bounding-set=-all"] : []) + [
                "--inh-caps=-all", try ServerProcess.executable("eventledger"), "serve",
                "--port", "0", "--data", folder.path,
            ]
        )
        let client = try RawClient(port: server.port)
        try await client.send(get("/health"))
        #expect(try await client.receive().status == 200)
        await server.stop()
    }

    @Test("A server needs descriptors for a few connections at least")
    func fewConnections() {
        #expect(throws: StartError.tooFewFiles(limit: 101, needed: 102)) {
            try FileLimit.require(reserved: 70, limit: 101)
        }
        #expect(throws: Never.self) { try FileLimit.require(reserved: 70, limit: 102) }
    }

    @Test("A server with too few descriptors says so and ends", arguments: [16, 24, 32, 64])
    func tooFewFiles(limit: Int) async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let child = try ChildProcess(
            "/bin/sh",
            arguments: [
                "-c", "ulimit -n \(limit) && exec \"$0\" serve --port 0 --data \"$1\" 2>\"$2\"",
                try ServerProcess.executable("eventledger"), folder["data"], folder["errors"],
            ],
            environment: [:],
            files: (nil, STDERR_FILENO, STDERR_FILENO)
        )
        #expect(await onThread { child.wait() } == 3)
        let text = try String(contentsOfFile: folder["errors"], encoding: .utf8)
        #expect(text.contains("may have \(limit) files") && text.contains("ulimit -n"), "\(text)")
    }

    @Test(
        "An address is written as URLs have it, and as one that can be reached",
        arguments: [
            ("127.0.0.1", "127.0.0.1:80"), ("::1", "[::1]:80"), ("0.0.0.0", "127.0.0.1:80"),
            ("::", "[::1]:80"), ("fe80::1", "[fe80::1]:80"),
        ]
    )
    func addresses(host: String, text: String) {
        #expect(Authority.reachable(host: host, port: 80) == text)
    }

    @Test("The cores that the process may use are counted")
    func cores() {
        #expect(
            Processors.parse("Name:\tx\nCpus_allowed:\tff,0000000f\nCpus_allowed_list:\t0\n") == 12
        )
        #expect(Processors.parse("Name:\tx\n") == nil)
        #expect(Processors.available >= 1)
    }
}
