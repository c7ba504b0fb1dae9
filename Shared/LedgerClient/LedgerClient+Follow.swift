import CurlHTTP
import LedgerCore
import Synchronization

extension LedgerClient {
    /// The silence after which a connection counts as broken: a ledger says something in a third of it.
    private static let silence = Limits.eventStreamPause * 3

    /// Follows an event stream, until its caller has enough.
    ///
    /// Where a stream ends or breaks off it is opened again behind the last id that came, after a pause
    /// (``ReconnectionPlan``). The client makes no other call meanwhile.
    ///
    /// - Parameters:
    ///   - path: One element per segment, not yet percent-encoded.
    ///   - query: Names and values, not yet percent-encoded.
    ///   - id: The id to go on behind; nil: where the query says.
    ///   - take: Takes one event after another, on a queue on which it may block: nothing is read
    ///     meanwhile. Once it returns false the stream is left.
    /// - Throws: ``LedgerClientError``: a refusal, or the last of several failures in a row.
    package func follow(
        _ path: [String],
        query: [(name: String, value: String)],
        after id: String? = nil,
        take: @escaping @Sendable (ServerSentEvent) -> Bool
    ) async throws(LedgerClientError) {
        var plan = ReconnectionPlan(attempts: attempts)
        var parser = EventStreamParser(after: id)
        while true {
            let stream = OpenedStream(parser, take: take)
            let failure = await open(stream, at: path, query: query)
            guard !stream.isLeft else { return }
            parser = stream.rest
            let action = plan.ended(
                with: failure,
                lasted: stream.age,
                hasEvents: stream.hasEvents,
                retry: parser.retry
            )
            switch action {
            case .open(let pause):
                // A task that is cancelled does not come back.
                guard (try? await Task.sleep(for: pause)) != nil else { return }
            case .fail(let error): throw error
            }
        }
    }

    /// Opens a stream and reads it to its end; the reason why that was none, nil if it was.
    private func open(
        _ stream: OpenedStream,
        at path: [String],
        query: [(name: String, value: String)]
    ) async -> LedgerClientError? {
        var headers = [(name: "Accept", value: "text/event-stream")]
        if let id = stream.start, !id.isEmpty { headers.append(("Last-Event-ID", id)) }
        var request = request("GET", at: path, query: query, headers: headers)
        request.timeout = .zero
        request.silence = Self.silence
        do throws(LedgerClientError) {
            let response = try await response(to: request) { stream.take($0) }
            let type = response.header("content-type")?.lowercased() ?? ""
            guard type.hasPrefix("text/event-stream"), !stream.isUnreadable else {
                return .notALedger(status: response.status)
            }
            return nil
        } catch {
            return error
        }
    }
}

/// An event stream from its opening to its end.
private final class OpenedStream: Sendable {
    private struct State {
        var parser: EventStreamParser
        /// True once a byte came.
        var isHeard = false
        var hasEvents = false
        var isLeft = false
        var isUnreadable = false
    }

    /// The id behind which it begins.
    let start: String?
    private let opened = ContinuousClock.now
    private let state: Mutex<State>
    private let deliver: @Sendable (ServerSentEvent) -> Bool

    /// A stream that goes on where `parser` has got to.
    init(_ parser: EventStreamParser, take: @escaping @Sendable (ServerSentEvent) -> Bool) {
        start = parser.lastEventID
        state = Mutex(State(parser: parser.forNextStream))
        deliver = take
    }

    /// The parser for the stream that follows.
    var rest: EventStreamParser { state.withLock { $0.parser } }
    /// The time since it was opened; zero while no byte came.
    var age: Duration { state.withLock { $0.isHeard ? opened.duration(to: .now) : .zero } }
    /// True if an event came.
    var hasEvents: Bool { state.withLock { $0.hasEvents } }
    /// True once the caller has enough.
    var isLeft: Bool { state.withLock { $0.isLeft } }
    /// True if what came is larger than any event.
    var isUnreadable: Bool { state.withLock { $0.isUnreadable } }

    /// Takes bytes; false when nothing more is wanted.
    func take(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let events = state.withLock { state -> [ServerSentEvent]? in
            state.isHeard = true
            do throws(EventStreamParser.TooLong) {
                let events = try state.parser.parse(bytes)
                if !events.isEmpty { state.hasEvents = true }
                return events
            } catch {
                state.isUnreadable = true
                return nil
            }
        }
        guard let events else { return false }
        for event in events where !deliver(event) {
            state.withLock { $0.isLeft = true }
            return false
        }
        return true
    }
}
