import LedgerTesting
import Synchronization

/// A client that only wants to publish and read, beside an attack.
struct HonestClient {
    struct Served: Sendable {
        var latencies: [Duration] = []
        var failures: [String] = []

        var worst: Duration { latencies.max() ?? .zero }
        var median: Duration {
            latencies.isEmpty ? .zero : latencies.sorted()[latencies.count / 2]
        }
    }

    let port: Int

    func prepare() async throws {
        let client = try RawClient(port: port)
        try await client.send(
            post("/streams", body: JSONBody.stream("innocent", partitions: 1), headers: Self.json)
        )
        let answer = try await client.receive()
        guard answer.status == 201 else { throw TestFailure(answer.text) }
    }

    /// Publishes and reads by turns, on new connections, at least `least` times and until told to
    /// stop.
    func goOn(atLeast least: Int, until isOver: @Sendable () -> Bool) async -> Served {
        var served = Served()
        while served.latencies.count + served.failures.count < least || !isOver() {
            let start = ContinuousClock.now
            do {
                let client = try RawClient(port: port)
                try await client.send(
                    post("/streams/innocent/events", body: Self.event, headers: Self.json)
                )
                let stored = try await client.receive()
                try await client.send(get("/streams/innocent/events?from=0&limit=10"))
                let read = try await client.receive()
                if stored.status == 200, read.status == 200 {
                    served.latencies.append(ContinuousClock.now - start)
                } else {
                    served.failures.append("\(stored.status), \(read.status)")
                }
            } catch {
                served.failures.append("\(error)")
            }
        }
        return served
    }

    private static let json = "Content-Type: application/json\r\n"
    private static let event = JSONBody.event(data: "{\"n\":1}")
}
