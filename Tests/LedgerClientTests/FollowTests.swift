import LedgerClient
import Loopback
import Synchronization
import Testing

@Suite("Following an event stream")
struct FollowTests {
    private static func stream(_ body: String, cutBy missing: Int = 0) -> String {
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            + "Content-Length: \(body.utf8.count + missing)\r\n\r\n\(body)"
    }

    private static func refusal(_ status: Int, _ code: String) -> String {
        let body = "{\"error\":\"\(code)\",\"message\":\"test\",\"details\":{}}"
        return "HTTP/1.1 \(status) Test\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// The answer to a client that comes back behind an id; nil: to one that has none.
    private static func server(
        closes: Bool = false,
        _ answer: @escaping @Sendable (String?) -> String
    ) -> TinyServer {
        TinyServer(closes: closes) { request in
            guard request.contains("Accept: text/event-stream\r\n") else {
                return refusal(400, "validation_error")
            }
            return answer(request.firstMatch(of: /Last-Event-ID: (\S+)\r\n/).map { String($0.1) })
        }
    }

    /// The data of the first so many events; fewer where following them fails.
    private func data(
        _ count: Int,
        from server: TinyServer
    ) async -> (data: [String], error: LedgerClientError?) {
        let got = Mutex<[String]>([])
        do throws(LedgerClientError) {
            let query = [(name: "from", value: "earliest")]
            let client = LedgerClient(url: server.url, attempts: 2)
            try await client.follow(["streams", "s", "events"], query: query) { event in
                got.withLock { got in
                    got.append(String(decoding: event.data, as: UTF8.self))
                    return got.count < count
                }
            }
            return (got.withLock { $0 }, nil)
        } catch {
            return (got.withLock { $0 }, error)
        }
    }

    @Test("A stream that ends is opened again behind its last id, the call otherwise the same")
    func again() async {
        let server = Self.server { id in
            switch id {
            case nil: Self.stream("id: 1\ndata: a\n\nretry: 1\n\n")
            case "1": Self.stream("id: 2\n\n")
            default: Self.stream("id: 3\ndata: b\n\n: \n\nid: 4\ndata: c\n\nid: 5\ndata: d\n\n")
            }
        }
        let (data, error) = await data(3, from: server)
        #expect(data == ["a", "b", "c"] && error == nil)
        let calls = server.requests.map { $0.prefix { $0 != "\r\n" } }
        #expect(calls.count == 3 && Set(calls).count == 1)
        #expect(calls.first == "GET /streams/s/events?from=earliest HTTP/1.1")
    }

    @Test("A connection that breaks off costs no event, and none comes twice")
    func broken() async {
        let server = Self.server(closes: true) { id in
            id == nil
                ? Self.stream("id: 1\ndata: a\n\nid: 2\ndata: b", cutBy: 100)
                : Self.stream("id: 2\ndata: b\n\n")
        }
        let (data, error) = await data(2, from: server)
        #expect(data == ["a", "b"] && error == nil)
        #expect(server.requests.last?.contains("Last-Event-ID: 1\r\n") == true)
    }

    @Test("A refusal is told, at the beginning and when it meets a client that comes back")
    func refused() async {
        let gone = Self.refusal(410, "offset_expired")
        for first in [gone, Self.stream("id: 1\ndata: a\n\n")] {
            let server = Self.server { $0 == nil ? first : gone }
            let (data, error) = await data(9, from: server)
            guard case .refused(410, "offset_expired", _, _) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(data.count == server.requests.count - 1)
        }
    }

    @Test("A ledger that is busy is asked again, so many times in a row")
    func busy() async {
        let count = Atomic(0)
        let busy = Self.refusal(503, "unavailable")
        let recovers = Self.server { _ in
            count.wrappingAdd(1, ordering: .relaxed).newValue % 2 == 1
                ? busy : Self.stream("id: 1\ndata: a\n\n")
        }
        let (data, error) = await data(2, from: recovers)
        #expect(data == ["a", "a"] && error == nil && recovers.requests.count == 4)
        let stays = Self.server { _ in busy }
        let (none, failure) = await self.data(1, from: stays)
        #expect(none.isEmpty && failure?.isTemporary == true && stays.requests.count == 2)
    }

    @Test("What is no event stream comes from no ledger")
    func other() async {
        let page =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
        let server = Self.server { _ in page }
        let (data, error) = await data(1, from: server)
        #expect(data.isEmpty && error == .notALedger(status: 200) && server.requests.count == 1)
    }
}
