import LedgerTesting
import Loopback
import Testing

/// Waiting polls do not keep a process from ending.
@Suite("Stopping")
struct StopTests {
    private static let waiters = 20

    @Test("Polls that wait are answered at once, and told that the connection ends")
    func waiters() async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        // A process of its own, whose metrics count no other test's requests.
        let ledger = try await ServerProcess.ledger(["--data", folder.path])
        let client = try RawClient(port: ledger.port)
        try await client.send(post("/streams", body: JSONBody.stream("s")))
        #expect(try await client.receive().status == 201)
        try await client.send(post("/streams/s/subscriptions", body: "{\"subscription_id\":\"u\"}"))
        #expect(try await client.receive().status == 201)
        let waiting = try await waiting(at: ledger.port, seenBy: client)

        let clock = ContinuousClock()
        let start = clock.now
        await ledger.stop()
        let time = clock.now - start
        print("stopped in \(time) with \(waiting.count) polls that waited for 20 s")
        // Far from what they wait for; on a machine with nothing else to do it is milliseconds.
        #expect(time < .seconds(10))
        for poll in waiting {
            let answer = try await poll.receive()
            #expect(answer.status == 200 && answer.text.hasPrefix("{\"events\":[],"))
            #expect(answer.header("connection") == "close")
            #expect(try await poll.receiveToEnd() == "")
        }
    }

    /// Clients that wait for events, once the server has all their requests: begun anew when the first
    /// is answered before the last was read.
    private func waiting(at port: Int, seenBy client: RawClient) async throws -> [RawClient] {
        let patience = Patience()
        while true {
            try patience.check("polls that wait at the same time")
            let start = ContinuousClock.now
            var waiting: [RawClient] = []
            for index in 0..<Self.waiters {
                let poll = try RawClient(port: port)
                try await poll.send(get(Self.targets[index % Self.targets.count]))
                waiting.append(poll)
            }
            while ContinuousClock.now < start + .seconds(15) {
                try await client.send(get("/metrics"))
                let text = try await client.receive().text
                let line = "\neventledger_http_requests_in_flight \(Self.waiters)\n"
                if text.contains(line) { return waiting }
            }
            for poll in waiting { _ = try await poll.receive() }
        }
    }

    private static let targets = [
        "/streams/s/subscriptions/u/poll?wait=20", "/streams/s/events?from=latest&wait=20",
    ]
}
