import ArgumentParser
import LedgerClient
import RawJSON

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The command `eventledger publish`.
struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Publish one event, or many from standard input.",
        discussion: """
            With --key and --type: one event. Without: one event per line of standard input, \
            {"key": …, "type": …, "data": …}, sent in batches that are safe to repeat, so each \
            event is stored once even when the connection breaks. Bytes are sent as they are; at \
            a line that is no UTF-8, or a batch that is refused, it stops and says which lines \
            are stored.

            Examples:
              eventledger publish orders --key order-1 --type order.paid --data '{"total": 5}'
              eventledger publish orders --key order-1 --type order.deleted --data null
              eventledger publish orders < events.ndjson
            """
    )

    @Argument(help: "The stream's name.") var stream: String
    @Option(help: "The event's key, 1 to 512 bytes.") var key: String?
    @Option(help: "The event's type.") var type: String?
    @Option(help: "The event's data, JSON; null deletes the key.") var data = "null"
    @Option(help: "A header, name=value; may be repeated.") var header: [String] = []
    @Flag(help: "No progress on the terminal.") var quiet = false
    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard (key == nil) == (type == nil) else {
            throw ValidationError("Give --key and --type together, or neither.")
        }
        if key == nil, !header.isEmpty { throw ValidationError("--header needs --key.") }
        guard (try? JSONValue(Array(data.utf8))) != nil else {
            throw ValidationError("--data is no valid JSON: \(data)")
        }
        guard header.allSatisfy({ $0.contains("=") }) else {
            throw ValidationError("--header must be name=value.")
        }
    }

    func run() async throws {
        try await options.run { client throws(LedgerClientError) in
            if let key, let type {
                try await publishOne(key, type, client)
            } else {
                try await publishLines(client)
            }
        }
    }

    private func publishOne(
        _ key: String,
        _ type: String,
        _ client: LedgerClient
    )
        async throws(LedgerClientError)
    {
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
            for pair in header {
                let parts = pair.split(
                    separator: "=",
                    maxSplits: 1,
                    omittingEmptySubsequences: false
                )
                body.key(text: String(parts[0]))
                body.string(String(parts[1]))
            }
            body.endObject()
        }
        body.endObject()
        let answer = try await client.call(
            "POST",
            ["streams", stream, "events"],
            body: body.finish(),
            idempotencyKey: LedgerClient.freshKey()
        )
        try options.show(answer) { answer in
            let event = answer["events"]?.elements.first ?? .null
            return "stored at partition \(event.text("partition")), "
                + "offset \(event.text("offset"))\n"
        }
    }

    private func publishLines(_ client: LedgerClient) async throws(LedgerClientError) {
        let showsProgress = !quiet && isatty(STDERR_FILENO) == 1
        var publisher = LinePublisher(client: client, stream: stream, showsProgress: showsProgress)
        let result = try await TransferError.run { () throws(TransferError) in
            try await publisher.run(LineReader(STDIN_FILENO))
        }
        if showsProgress { Terminal.write("\r", to: STDERR_FILENO) }
        switch result {
        case .success(let count):
            Terminal.print(options.json ? "{\"published\":\(count)}" : "published \(count) events")
        case .failure(let problem): problem.exit()
        }
    }
}
