import ArgumentParser
import LedgerClient
import RawJSON
import Glibc

/// The command `eventledger publish`.
struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Publish one event, or many from standard input.",
        discussion: """
            With --key, --type and --data: one event. Without: one event per line of standard \
            input, {"key": …, "type": …, "data": …}, sent in batches that are safe to repeat, so \
            each event is stored once even when the connection breaks. A line waits at most 100 \
            ms for others. Bytes are sent as they are; at a line that is no UTF-8, a batch that \
            is refused, or a signal, it stops and says which lines are stored.

            Examples:
              eventledger publish orders --key order-1 --type order.paid --data '{"total": 5}'
              eventledger publish orders --key order-1 --type order.deleted --data null
              eventledger publish orders < events.ndjson
              tail -f events.ndjson | eventledger publish orders
            """
    )

    @Argument(help: "The stream's name.") var stream: String
    @Option(help: "The event's key, 1 to 512 bytes.") var key: String?
    @Option(help: "The event's type.") var type: String?
    @Option(help: "The event's data, JSON; null deletes the key.") var data: String?
    @Option(help: "A header, name=value; may be repeated.") var header: [String] = []
    @Flag(help: "No progress on the terminal.") var quiet = false
    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard (key == nil) == (type == nil) else {
            throw ValidationError("Give --key and --type together, or neither.")
        }
        guard key != nil else {
            if !header.isEmpty { throw ValidationError("--header needs --key.") }
            if data != nil { throw ValidationError("--data needs --key and --type.") }
            return
        }
        guard let data else {
            throw ValidationError("--data is missing; --data null deletes the key.")
        }
        guard (try? JSONValue(Array(data.utf8))) != nil else {
            throw ValidationError("--data is no valid JSON: \(data)")
        }
        guard header.allSatisfy({ Self.parts(of: $0) != nil }) else {
            throw ValidationError("--header must be name=value.")
        }
    }

    /// A header's name and value: what stands before and after the first byte that is `=`.
    static func parts(of header: String) -> (name: String, value: String)? {
        let bytes = Array(header.utf8)
        guard let end = bytes.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        return (
            String(decoding: bytes[..<end], as: UTF8.self),
            String(decoding: bytes[(end + 1)...], as: UTF8.self)
        )
    }

    func run() async throws {
        try await options.run { ledger throws(Failure) in
            if let key, let type, let data {
                try await publishOne(key: key, type: type, data: data, to: ledger)
            } else {
                try await publishLines(to: ledger)
            }
        }
    }

    private func publishOne(
        key: String,
        type: String,
        data: String,
        to ledger: RemoteLedger
    ) async throws(Failure) {
        var body = JSONWriter()
        body.beginObject()
        body.key("key")
        body.string(key)
        body.key("type")
        body.string(type)
        body.key("data")
        body.raw(Array(data.utf8))
        if !header.isEmpty {
            body.key("headers")
            body.beginObject()
            for (name, value) in header.compactMap(Self.parts) {
                body.key(text: name)
                body.string(value)
            }
            body.endObject()
        }
        body.endObject()
        let answer = try await ledger.call(
            "POST",
            at: ["streams", stream, "events"],
            body: body.finish(),
            idempotencyKey: RemoteLedger.freshKey()
        )
        try options.report(answer, done: "the event is stored") { answer in
            let event = answer["events"]?.elements.first ?? .null
            return "stored at partition \(event.text("partition")), "
                + "offset \(event.text("offset"))\n"
        }
    }

    private func publishLines(to ledger: RemoteLedger) async throws(Failure) {
        let showsProgress = !quiet && isatty(STDERR_FILENO) == 1
        var publisher = LinePublisher(ledger: ledger, stream: stream, showsProgress: showsProgress)
        defer { if showsProgress { Messages.write("\r") } }
        let count = try await publisher.run(LineReader(STDIN_FILENO))
        do throws(Failure) {
            try Output.line(
                options.json ? "{\"published\":\(count)}" : "published \(Count(count, of: "event"))"
            )
        } catch {
            throw error.noting("\(Count(count, of: "event")) published")
        }
    }
}
