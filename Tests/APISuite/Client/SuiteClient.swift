import Foundation
package import LedgerTesting
import Synchronization
package import Testing

/// The calls of a test over some transport.
///
/// Streams have names of their own, so that runs can share a ledger, and are deleted at the end.
package struct SuiteClient: APICaller {
    private let transport: any APITransport
    private let streams: CreatedStreams

    private init(_ transport: any APITransport, streams: CreatedStreams) {
        self.transport = transport
        self.streams = streams
    }

    /// Runs `body` and deletes the streams that it created, also when it fails.
    package static func run(
        over transport: any APITransport,
        body: (SuiteClient) async throws -> Void
    ) async throws {
        let client = SuiteClient(transport, streams: CreatedStreams())
        do {
            try await body(client)
        } catch {
            await client.deleteStreams()
            throw error
        }
        await client.deleteStreams()
    }

    /// A stream that stays behind is an issue: ledgers that people use are tested too.
    private func deleteStreams() async {
        for name in streams.names {
            do {
                let answer = try await persist(Patience()) {
                    try await transport.send(SuiteRequest("DELETE", at: "/streams/\(name)"))
                }
                let isGone = answer.status == 200 || answer.status == 404
                #expect(isGone, "the stream \(name) stays behind: \(answer)")
            } catch {
                Issue.record(error, "the stream \(name) stays behind")
            }
        }
    }

    /// Another way to the same ledger.
    package func sibling() -> SuiteClient { SuiteClient(transport.sibling(), streams: streams) }

    /// A client with another API key, or without one.
    func with(key: String?) -> SuiteClient {
        SuiteClient(transport.with(key: key), streams: streams)
    }

    /// A name for a stream that nobody else has: a letter, letters and digits.
    package func newName() -> String { streams.newName() }

    /// The transport's answer; a stream that it creates is deleted at the end.
    package func send(_ request: SuiteRequest) async throws -> Answer {
        let answer = try await transport.send(request)
        if answer.status == 201, request.path == "/streams" {
            streams.add(answer.json["stream_id"] as? String ?? "")
        }
        return answer
    }
}

extension SuiteClient {
    /// Creates a stream under a new name, which is returned; `members` go into the body.
    package func stream(
        _ members: String = "",
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let name = newName()
        try await create(name, with: members, sourceLocation: place)
        return name
    }
}

extension SuiteClient {
    /// Repeats a call that is safe to repeat while the ledger asks for it by a 503.
    package func persist(
        _ patience: Patience,
        call: () async throws -> Answer
    ) async throws -> Answer {
        while true {
            let answer = try await call()
            guard answer.status == 503 else { return answer }
            try patience.check("a call that is answered by \(answer)")
        }
    }
}

/// The streams of one check.
private final class CreatedStreams: Sendable {
    private let state = Mutex<(count: Int, names: Set<String>)>((0, []))
    private let prefix = "t" + UUID().uuidString.prefix(13).replacing("-", with: "").lowercased()

    var names: [String] { state.withLock { $0.names.sorted() } }

    func add(_ name: String) { state.withLock { _ = $0.names.insert(name) } }

    func newName() -> String {
        state.withLock { state in
            state.count += 1
            return "\(prefix)n\(state.count)"
        }
    }
}

/// What an answer's JSON says.
extension Answer {
    /// The body's members; none when it is no object.
    package var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
    }

    /// The error code; nil when there is none.
    package var error: String? { json["error"] as? String }
    /// The details of the error, for programs.
    package var details: [String: Any] { json["details"] as? [String: Any] ?? [:] }
    /// The events of a page or of a publish.
    package var events: [[String: Any]] { json["events"] as? [[String: Any]] ?? [] }
    /// The cursor of a poll.
    package var cursor: String { json["cursor"] as? String ?? "" }
    /// True for a page behind which nothing was left.
    package var caughtUp: Bool { json["caught_up"] as? Bool ?? false }
    /// The key of each event, in order.
    package var keys: [String] { events.map { $0["key"] as? String ?? "" } }
    /// The offset of each event, in order.
    package var offsets: [Int] { events.map { $0["offset"] as? Int ?? -1 } }
}
