import ArgumentParser
import LedgerBytes
import LedgerClient
import LedgerCore
import RawJSON

/// A subscription as the commands use it.
struct Subscriber {
    let ledger: RemoteLedger
    let stream: String
    let name: String

    /// The subscription as a path of the API.
    var path: [String] { ["streams", stream, "subscriptions", name] }

    func poll(
        limit: Int,
        wait: Wait,
        as member: Member? = nil
    ) async throws(Failure) -> [UInt8] {
        try await ledger.call(
            "GET",
            at: path + ["poll"],
            query: [("limit", "\(limit)"), ("wait", wait.description)] + (member?.query ?? []),
            wait: wait.length
        )
    }

    /// Commits what was printed, once it is safe.
    func commit(_ page: EventPage) async throws(Failure) {
        try Output.keep()
        var body = JSONWriter()
        body.beginObject()
        body.key("cursor")
        body.string(page.cursor ?? "")
        body.endObject()
        _ = try await ledger.call("POST", at: path + ["commit"], body: body.finish())
    }
}

/// A member of a subscription's group as the API takes it.
struct Member {
    private static let sessions =
        Limits.session.lowerBound.wholeSeconds...Limits.session.upperBound.wholeSeconds

    let name: MemberName
    /// Seconds; nil: as long as the ledger has it.
    let session: Int64?

    fileprivate var query: [(name: String, value: String)] {
        [("member", name.name)] + (session.map { [("session", "\($0)")] } ?? [])
    }

    /// Reads a number of seconds in the range, in digits.
    static func session(_ text: String) throws -> Int64 {
        guard let seconds = Int64(text), sessions.contains(seconds) else {
            throw ValidationError(
                "--session must be \(sessions.lowerBound) to \(sessions.upperBound) whole seconds."
            )
        }
        return seconds
    }

    /// Reads a member's name.
    static func name(_ text: String) throws -> MemberName {
        guard let name = MemberName(text) else {
            let most = Limits.memberNameBytes.upperBound
            throw ValidationError("--member must be 1 to \(most) of A-Z a-z 0-9 _ . -")
        }
        return name
    }
}

/// The command `eventledger poll`.
struct Poll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a subscription's next events, once.",
        discussion: """
            Without --commit the same events come again. With --commit they are committed only when \
            all of them were printed, and a file they go to has them on its disk. With --json the \
            answer holds the cursor.

            With --member those who poll under different names share the subscription's partitions, \
            and each event comes to one of them. With --json the answer says which partitions are \
            this member's. One that is silent for its session loses them.

            Example: eventledger poll orders shipping --limit 10 --wait 5 --commit
            Example: eventledger poll orders shipping --member worker-1 --wait 5 --commit
            """
    )

    @Argument(help: "The stream's name.") var stream: String
    @Argument(help: "The subscription's name.") var subscription: String
    @Option(help: "At most so many events, 1 to 1000.") var limit = 100
    @Option(
        help: "Wait for events when there are none, 0 to 20 seconds.",
        transform: Wait.parse
    )
    var wait = Wait.none
    @Option(
        help: "Poll as this member of the subscription's group, a name that nobody else uses.",
        transform: Member.name
    )
    var member: MemberName?
    @Option(
        help: "The member's session, 10 to 300 seconds; 45 unless given.",
        transform: Member.session
    )
    var session: Int64?
    @Flag(help: "Commit them once they are printed.") var commit = false
    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard member != nil || session == nil else {
            throw ValidationError("--session is a member's: it needs --member.")
        }
    }

    func run() async throws {
        let member = member.map { Member(name: $0, session: session) }
        try await options.run { ledger throws(Failure) in
            let subscriber = Subscriber(ledger: ledger, stream: stream, name: subscription)
            let answer = try await subscriber.poll(limit: limit, wait: wait, as: member)
            let page = try EventPage(answer)
            do throws(Failure) {
                if options.json {
                    try Output.line(answer)
                } else {
                    try EventLines.show(page.events, asJSON: false)
                }
                if commit { try await subscriber.commit(page) }
            } catch {
                guard case .output = error.cause else { throw error }
                throw error.noting("nothing was committed")
            }
        }
    }
}

/// Seconds to wait for events, 0 to 20, as they were written.
///
/// Compared as decimal digits: a binary fraction takes what lies a little outside for the limit.
struct Wait: CustomStringConvertible {
    static let none = Wait(seconds: 0)
    /// For who may be told to stop, and then waits to the end of it.
    static let short = Wait(seconds: 5)
    static let longest = Wait(seconds: Int(Limits.wait.upperBound.wholeSeconds))

    /// The seconds as the API takes them.
    let description: String
    /// The same time, rounded up to whole milliseconds.
    let length: Duration

    /// The same as a number of JSON: whole seconds, or as many thousandths as ``length`` has.
    var json: String {
        let (seconds, rest) = length.components
        let thousandths = rest / 1_000_000_000_000_000
        guard thousandths > 0 else { return "\(seconds)" }
        let digits = Array("\(1000 + thousandths)".utf8.dropFirst())
        return "\(seconds)." + String(decoding: digits, as: UTF8.self)
    }

    private init(seconds: Int) {
        self.init(description: "\(seconds)", length: .seconds(seconds))
    }

    private init(description: String, length: Duration) {
        self.description = description
        self.length = length
    }

    /// Reads a number of seconds in the range, in digits with or without a fraction.
    static func parse(_ text: String) throws -> Wait {
        let most = Int(Limits.wait.upperBound.wholeSeconds)
        guard let wait = Wait(text, most: most) else {
            throw ValidationError("--wait must be 0 to \(most) seconds.")
        }
        return wait
    }

    private init?(_ text: String, most: Int) {
        let parts = text.utf8.split(
            separator: UInt8(ascii: "."),
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let fraction = parts.count > 1 ? Array(parts[1]) : [UInt8(ascii: "0")]
        guard Self.areDigits(Array(parts[0])), Self.areDigits(fraction),
            let seconds = Int(String(decoding: Array(parts[0]), as: UTF8.self)), seconds <= most,
            seconds < most || fraction.allSatisfy({ $0 == UInt8(ascii: "0") })
        else { return nil }
        // Digits below a millisecond count as one millisecond more.
        let digits = fraction.map { Int($0) - 0x30 } + [0, 0]
        let rest = digits.dropFirst(3).contains { $0 > 0 } ? 1 : 0
        let thousandths = digits[0] * 100 + digits[1] * 10 + digits[2] + rest
        self.init(description: text, length: .milliseconds(seconds * 1000 + thousandths))
    }

    private static func areDigits(_ bytes: [UInt8]) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy(ASCII.isDigit)
    }
}
