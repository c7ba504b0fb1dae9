import Glibc
import LedgerTesting
import Testing

/// Many who follow one stream as its events come.
extension AbuseTests {
    @Test("Of a thousand that follow a stream those that read nothing keep nobody else waiting")
    func followers() async throws {
        let (readers, idlers) = (650, 350)
        try await Attack.run("followers", connections: readers + idlers) { crowd, server in
            try Self.ask(server, post("/streams", body: JSONBody.stream("followed", partitions: 1)))
            let target = "/streams/followed/events?from=latest"
            // They are told where they follow from, and read nothing more.
            _ = try Followers(crowd, count: idlers, receiveBuffer: 4096, of: target)
            var followers = try Followers(crowd, count: readers, of: target + "&type=numbered")
            // More than the system's buffers take, so that each idler has the server hold a page.
            for _ in 0..<5 { try Self.fill(server, stream: "followed") }
            for number in 1...20 {
                let body = Followers.event(number)
                try Self.ask(server, post("/streams/followed/events", body: body))
            }
            try followers.receive(upTo: 20)
            let sequences = followers.sequences
            #expect(sequences == [Array(1...20): readers], "\(sequences)")
            // They have more pages held than the server holds, so it does not wait for their time.
            let left = try Self.openConnections(of: server, below: readers + idlers)
            return "\(readers) got 20 events each, \(left) connections are left"
        }
    }

    /// Waits until a server has fewer connections than this, and says how many.
    private static func openConnections(of server: LedgerUnderTest, below count: Int) throws -> Int
    {
        let patience = Patience()
        while true {
            let text = try ask(server, get("/metrics", headers: "Connection: close\r\n"))
            let match = try #require(text.firstMatch(of: /\neventledger_http_connections (\d+)/))
            let open = try #require(Int(match.1))
            guard open >= count else { return open }
            try patience.check(
                "clients that read nothing are cut off; \(open) connections are open"
            )
            usleep(10_000)
        }
    }
}
