import LedgerBytes
import LedgerCore

/// A page of events as a client gets it.
struct WrittenPage: Sendable {
    let json: [UInt8]
    /// The place at which the next page begins.
    let cursor: String
    /// True for a page that has no event, whether or not it got further.
    let isEmpty: Bool
}

/// A poll or a read: one page, or server-sent events with a page each.
extension Call {
    /// Reads from a cursor, nil being where the call says, and waits so long where there is nothing.
    typealias Read = @Sendable (String?, Duration) async throws(LedgerError) -> WrittenPage

    /// Answers with the page that `read` finds or, if the client accepts only that, with a stream of
    /// such pages.
    ///
    /// A client that comes back names the last page's cursor in `Last-Event-ID`. Streams that have the
    /// same `question` share their pages; nil shares with none.
    func answer(
        from cursor: String?,
        to question: PageQuestion?,
        read: @escaping Read
    ) async throws(LedgerError) -> APIResponse {
        let wait = try query.wait()
        guard wantsEventStream else {
            let page = try await read(cursor, wait)
            try await confirmCaller()
            return APIResponse(
                status: 200,
                headers: [("content-type", "application/json")],
                body: page.json
            )
        }
        let start = request.header("last-event-id") ?? cursor
        let headers = [
            (name: "content-type", value: "text/event-stream"),
            // Proxies that collect an answer would hold the events back.
            (name: "x-accel-buffering", value: "no"),
        ]
        guard !answersAtOnce else {
            let page = StreamedPage(try await read(start, max(wait, Limits.eventStreamPause)))
            try await confirmCaller()
            let body = page.text + ServerSentEvent.retry
            return APIResponse(status: 200, headers: headers, body: body)
        }
        let source = PageSource(question, from: pages, read: read)
        let first = try await source.first(from: start)
        try await confirmCaller()
        return APIResponse(
            status: 200,
            headers: headers,
            stream: PageStream(from: first, of: self, source: source)
        )
    }

    /// True if the client takes nothing but `text/event-stream`, as a browser's `EventSource` does.
    private var wantsEventStream: Bool {
        guard let accepted = request.header("accept") else { return false }
        let types = accepted.utf8.split(separator: UInt8(ascii: ",")).map { element in
            ASCII.trimmed(element.prefix { $0 != UInt8(ascii: ";") })
        }
        return !types.isEmpty && types.allSatisfy { ASCII.equal($0, "text/event-stream") }
    }
}

/// Pages as they come, for one client: at least a sign of life every ``Limits/eventStreamPause``, and no
/// longer than ``Limits/eventStreamAge``.
///
/// An error ends it: a client comes back by itself, and is answered with the error's status then.
private actor PageStream: ChunkSource {
    private let call: Call
    private let source: PageSource
    private let began: Instant
    private var first: StreamedPage?
    private var cursor: String

    init(from first: StreamedPage, of call: Call, source: PageSource) {
        self.call = call
        self.source = source
        self.first = first
        cursor = first.cursor
        began = call.ledger.clock.instant()
    }

    /// True when the client is gone or the process stops: nothing would be waited for any more.
    private var isStopped: Bool { Task.isCancelled || call.ledger.isEnding }

    func next() async -> [UInt8]? {
        if let first = first.take() { return first.text }
        let age = call.ledger.clock.instant().elapsed(since: began)
        guard !isStopped, age < Limits.eventStreamAge else { return nil }
        do throws(LedgerError) {
            guard let page = try await source.next(behind: cursor) else { return nil }
            try await call.confirmCaller()
            // A wait that was broken off has found nothing out.
            guard !(page.isEmpty && isStopped) else { return nil }
            let isMoved = page.cursor != cursor
            cursor = page.cursor
            return page.isEmpty && !isMoved ? ServerSentEvent.comment : page.text
        } catch {
            return nil
        }
    }
}

/// The words of an event stream (HTML living standard, 9.2).
enum ServerSentEvent {
    /// Says that the server is still there.
    static let comment = Array(": \n\n".utf8)
    /// Has the client come back after a second, instead of its own few.
    static let retry = Array("retry: 1000\n\n".utf8)

    /// A page as an event under its cursor; the cursor alone of a page without events.
    fileprivate static func text(of page: WrittenPage) -> [UInt8] {
        var text = Array("id: \(page.cursor)\n".utf8)
        if !page.isEmpty {
            text.reserveCapacity(text.count + page.json.count + 64)
            text += Array("event: page\n".utf8)
            append(page.json, to: &text)
        }
        text.append(UInt8(ascii: "\n"))
        return text
    }

    /// Writes data, a line for each of its lines: an event's own JSON may have line breaks.
    private static func append(_ data: [UInt8], to text: inout [UInt8]) {
        var rest = data[...]
        while true {
            text += Array("data: ".utf8)
            let line = rest.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            text += line
            text.append(UInt8(ascii: "\n"))
            guard line.endIndex < rest.endIndex else { return }
            let isPair = rest[line.endIndex...].starts(with: [0x0d, 0x0a])
            rest = rest[(line.endIndex + (isPair ? 2 : 1))...]
        }
    }
}

extension StreamedPage {
    /// The event that a page makes.
    init(_ page: WrittenPage) {
        self.init(
            text: ServerSentEvent.text(of: page),
            cursor: page.cursor,
            isEmpty: page.isEmpty
        )
    }
}
