import ArgumentParser
import LedgerClient

/// The command `eventledger subscription webhook`.
struct WebhookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook",
        abstract: "Verify or resume a subscription's webhook, or change its secret.",
        subcommands: [Verify.self, Rotate.self, Resume.self]
    )

    /// The names of the subscription, and how to reach its ledger.
    struct Target: ParsableArguments {
        @Argument(help: "The stream's name.") var stream: String
        @Argument(help: "The subscription's name.") var subscription: String
        @OptionGroup var options: ClientOptions

        /// Makes a call of the webhook and prints the answer.
        func call(
            _ name: String,
            done: String,
            as text: (JSONValue) -> String
        ) async throws {
            try await options.run { ledger throws(Failure) in
                let path = Subscriber(ledger: ledger, stream: stream, name: subscription).path
                let answer = try await ledger.call(
                    "POST",
                    at: path + ["webhook", name],
                    // The receiver has up to 30 s for its answer.
                    wait: .seconds(30)
                )
                try options.report(answer, done: done, as: text)
            }
        }
    }

    /// The command `eventledger subscription webhook verify`.
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask the webhook for its consent, which starts the deliveries.",
            discussion: "Example: eventledger subscription webhook verify orders mails"
        )

        @OptionGroup var target: Target

        func run() async throws {
            try await target.call("verify", done: "the webhook was asked") { answer in
                answer.text("state") == "pending"
                    ? "pending: the webhook did not answer with the challenge\n"
                    : Table.printable(answer.text("state")) + "\n"
            }
        }
    }

    /// The command `eventledger subscription webhook rotate`.
    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change the secret that signs requests; the old one signs too for 24 hours.",
            discussion: "Example: eventledger subscription webhook rotate orders mails"
        )

        @OptionGroup var target: Target

        func run() async throws {
            try await target.call(
                "rotate",
                done: "the secret is changed and was not shown: rotate again"
            ) { answer in
                Table.printable(SubscriptionCommand.secret(answer.text("secret"))) + "\n"
            }
        }
    }

    /// The command `eventledger subscription webhook resume`.
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deliver to a webhook again that was disabled.",
            discussion: "Example: eventledger subscription webhook resume orders mails"
        )

        @OptionGroup var target: Target

        func run() async throws {
            try await target.call("resume", done: "the webhook is resumed") { answer in
                Table.printable(answer.text("state")) + "\n"
            }
        }
    }
}
