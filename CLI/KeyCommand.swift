import ArgumentParser
import LedgerBytes
import LedgerClient
import LedgerCore
import RawJSON

/// The command `eventledger key`.
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Make, list and revoke API keys.",
        subcommands: [New.self, Create.self, List.self, Revoke.self]
    )

    /// The command `eventledger key new`.
    struct New: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the operator's key, on this machine alone.",
            discussion: """
                Prints a key and its hash. The hash turns keys on (`eventledger serve \
                --root-key-hash HASH`, or EVENTLEDGER_ROOT_KEY_HASH), and the key may then do \
                everything. No ledger stores it and nobody can show it again: keep it as you keep \
                a password, make other keys with it, and use those.

                Example: eventledger key new
                """
        )

        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            var random = SystemRandomNumberGenerator()
            let pair = APIKey.random(using: &random)
            let (key, hash) = (pair.text, pair.hash.hex)
            try Output.line(
                json
                    ? "{\"key\":\"\(key)\",\"hash\":\"\(hash)\"}" : "key   \(key)\nhash  \(hash)"
            )
            try Output.keep()
        }
    }

    /// The command `eventledger key create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key with scopes; it is shown this once.",
            discussion: """
                A scope is ACTIONS:STREAMS. Actions: admin, publish, consume, with commas between \
                them. Streams: a name, the beginning of names and a *, or * for all.

                Example: eventledger key create --name shipping --scope 'publish,consume:orders-*'
                """
        )

        @Option(help: "What to call it.") var name: String
        @Option(help: "What it may do; may be given again.") var scope: [String]
        @Option(help: "An RFC 3339 time from which on it is refused; never, unless given.")
        var expires: String?
        @OptionGroup var options: ClientOptions

        func run() async throws {
            let body = try body()
            try await options.run { ledger throws(Failure) in
                let answer = try await ledger.call("POST", at: ["keys"], body: body)
                let id = try JSONValue.answer(answer).text("key_id")
                let done =
                    "the key was made and can't be shown again: revoke it with "
                    + "`eventledger key revoke \(id)\(ledger.address)`"
                try options.report(answer, done: done) { "\($0.text("key"))\n" }
            }
        }

        private func body() throws -> [UInt8] {
            var body = JSONWriter()
            body.beginObject()
            body.key("name")
            body.string(name)
            body.key("scopes")
            body.beginArray()
            for text in scope {
                guard let scope = Scope(text) else {
                    throw ValidationError(Self.problem(of: text))
                }
                body.scope(scope)
            }
            body.endArray()
            if let expires {
                body.key("expires_at")
                body.string(expires)
            }
            body.endObject()
            return body.finish()
        }

        /// The words to say when a text is no scope.
        private static func problem(of text: String) -> String {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            let known = APIKeyAction.allCases.map(\.rawValue)
            let words = parts.count == 2 ? parts[0].split(separator: ",") : []
            if let unknown = words.first(where: { !known.contains(String($0)) }) {
                return "'\(text)' is no scope: there is no action '\(unknown)', only "
                    + known.joined(separator: ", ")
            }
            return "'\(text)' is no scope: write ACTIONS:STREAMS, such as publish:orders-*"
        }
    }

    /// The command `eventledger key list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List all keys, without their secrets.",
            discussion: "Example: eventledger key list"
        )

        @OptionGroup var options: ClientOptions

        func run() async throws {
            try await options.run { ledger throws(Failure) in
                var table = Table("KEY ID", "NAME", "SCOPES", "CREATED", "EXPIRES")
                try await ledger.forEachPage(of: ["keys"]) { answer, page throws(Failure) in
                    if options.json {
                        return try Output.line(answer)
                    }
                    for key in page["keys"]?.elements ?? [] {
                        table.add(
                            key.text("key_id"),
                            key.text("name"),
                            KeyCommand.scopes(of: key),
                            key.text("created_at"),
                            key["expires_at"]?.text ?? "never"
                        )
                    }
                }
                if !options.json { try Output.text(table.text) }
            }
        }
    }

    /// The command `eventledger key revoke`.
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke a key; it is refused everywhere within 60 seconds.",
            discussion: "Example: eventledger key revoke 0f3a9c5e7b1d2468"
        )

        @Argument(help: "The key's id, as `key list` shows it.") var id: String
        @OptionGroup var options: ClientOptions

        func run() async throws {
            try await options.run { ledger throws(Failure) in
                let answer = try await ledger.call("DELETE", at: ["keys", id])
                try options.report(answer) { _ in "revoked \(id)\n" }
            }
        }
    }

    /// A key's scopes as they are written on the command line.
    static func scopes(of key: JSONValue) -> String {
        (key["scopes"]?.elements ?? []).map { scope in
            let actions = scope["actions"]?.elements.compactMap(\.text) ?? []
            return actions.joined(separator: ",") + ":" + scope.text("streams")
        }.joined(separator: " ")
    }
}

extension JSONWriter {
    fileprivate mutating func scope(_ scope: Scope) {
        beginObject()
        key("actions")
        beginArray()
        for action in scope.orderedActions { string(action.rawValue) }
        endArray()
        key("streams")
        string(scope.streams.description)
        endObject()
    }
}
