public import ArgumentParser
import LedgerCore
import LedgerServer
import LedgerService
package import LineLog
public import Logging
import Glibc

/// The command `eventledger serve`.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the ledger on this machine.",
        discussion: """
            Keeps everything in one SQLite file in the data folder, and serves the API until it \
            is stopped by SIGTERM or Ctrl-C. It then finishes what it accepted.

            With --table dynamodb:NAME everything is in that DynamoDB table, and any number of \
            servers may share it. Region and credentials are found as AWS's own tools find them: \
            AWS_REGION, AWS_PROFILE, keys in the environment, a container's or an instance's role.

            Without API keys it listens on loopback addresses only, and takes no requests from \
            web pages of other hosts. With --root-key-hash every request needs a key: that of \
            `eventledger key new`, which prints the hash, or one of `eventledger key create`.

            With --tls-cert and --tls-key it serves HTTPS (TLS 1.2 and 1.3). SIGHUP makes it read \
            both files again.

            Webhooks go to public addresses over HTTPS only; --webhook-allow opens others.

            Example: eventledger serve --port 9000 --data ./data
            """
    )

    @Option(help: "Address to listen on (EVENTLEDGER_HOST; default 127.0.0.1).")
    var host: String?

    @Option(help: "Port to listen on; 0 takes a free one (EVENTLEDGER_PORT; default 8080).")
    var port: Int?

    @Option(help: "Folder of the ledger's file (EVENTLEDGER_DATA; default in your data folder).")
    var data: String?

    @Option(help: "sqlite or dynamodb:NAME (EVENTLEDGER_TABLE; default sqlite).")
    var table: String?

    @Option(help: "Hash of the operator's API key; turns keys on (EVENTLEDGER_ROOT_KEY_HASH).")
    var rootKeyHash: String?

    @Option(
        help: "Requests a second of one API key; 0: any (EVENTLEDGER_REQUESTS_PER_SECOND; 2000)."
    )
    var requestsPerSecond: Int?

    @Option(
        help: """
            Origin of web pages of other hosts that may call the API, such as \
            https://console.example.com, https://* or *; may be repeated \
            (EVENTLEDGER_CORS_ORIGINS, with commas; none).
            """
    )
    var corsOrigin: [String] = []

    @Option(help: "PEM file of the certificate chain, for HTTPS (EVENTLEDGER_TLS_CERT).")
    var tlsCert: String?

    @Option(help: "PEM file of the certificate's key (EVENTLEDGER_TLS_KEY).")
    var tlsKey: String?

    @Option(
        help: """
            HOST[:PORT] to which webhooks may go although it is not of the public internet, also \
            without TLS; may be repeated (EVENTLEDGER_WEBHOOK_ALLOW, with commas; none).
            """
    )
    var webhookAllow: [String] = []

    @Option(help: "trace, debug, info, notice, warning, error (EVENTLEDGER_LOG_LEVEL; info).")
    var logLevel: Logger.Level?

    @Option(help: "text or json (EVENTLEDGER_LOG_FORMAT; text on a terminal).")
    var logFormat: LogFormat?

    func run() async throws {
        #if SIMULATION
        let broken = try Environment.parsed("EVENTLEDGER_BREAK") { Rule(rawValue: $0) }
        var settings = try settings()
        settings.rules = Rules(broken: broken)
        #else
        let settings = try settings()
        #endif
        let storage = try storage()
        let logger = Logger(label: "eventledger") { label in
            LineLogHandler(label: label, level: settings.logLevel, format: settings.logFormat)
        }
        let signals = SignalWaiter()
        let process: LedgerProcess
        do throws(StartError) {
            process = try await LedgerProcess.start(settings, storage: storage, logger: logger)
        } catch {
            throw Failure(error)
        }
        do throws(Failure) {
            try Output.text(
                """
                EventLedger \(EventLedger.configuration.version)
                  data  \(storage.place)
                  url   \(process.url)
                  keys  \(settings.keys.summary)

                """
            )
        } catch {
            await process.stop(grace: .seconds(30))
            throw error.noting("the server has stopped again")
        }
        if settings.tls != nil { signals.onHangup { process.reloadCertificate() } }
        _ = await signals.wait()
        logger.info("stopping")
        await process.stop(grace: .seconds(30))
    }

    private func storage() throws -> LedgerStorage {
        let text = table ?? Environment.value("EVENTLEDGER_TABLE") ?? "sqlite"
        let folder = text == "sqlite" ? try dataFolder() : ""
        guard let storage = LedgerStorage(text, folder: folder) else {
            throw ValidationError(
                text.hasPrefix("dynamodb:")
                    ? "a DynamoDB table's name has 3 to 255 characters of A-Z a-z 0-9 _ . -, "
                        + "unlike that in '\(text)'"
                    : "the table must be sqlite or dynamodb:NAME, not '\(text)'"
            )
        }
        return storage
    }

    private func dataFolder() throws -> String {
        do throws(StartError) {
            return try DataFolder.named(data, environment: Environment.value)
        } catch {
            throw Failure(error)
        }
    }

    private func keys() throws -> KeyPolicy {
        let rate = try rate()
        let name = "EVENTLEDGER_ROOT_KEY_HASH"
        guard let text = rootKeyHash ?? Environment.value(name) else { return .off }
        guard let hash = APIKeyHash(hex: text) else {
            throw ValidationError(
                "the root key's hash must be 64 hexadecimal digits, as `eventledger key new` "
                    + "prints it"
            )
        }
        return .on(KeySettings(rootHash: hash, requestsPerSecond: rate))
    }

    /// Refused when it can't be, also where there are no keys to hold to it.
    private func rate() throws -> Int {
        let rate =
            try requestsPerSecond
            ?? Environment.parsed("EVENTLEDGER_REQUESTS_PER_SECOND", by: Int.init) ?? 2000
        guard (0...Limits.largestRequestRate).contains(rate) else {
            throw ValidationError("requests per second must be 0 to \(Limits.largestRequestRate)")
        }
        return rate
    }

    private static func list(_ text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: ",")).map { String(Substring($0)) }
    }

    private func tls() throws -> TLSFiles? {
        let certificate = tlsCert ?? Environment.value("EVENTLEDGER_TLS_CERT")
        let key = tlsKey ?? Environment.value("EVENTLEDGER_TLS_KEY")
        switch (certificate, key) {
        case (let certificate?, let key?): return TLSFiles(certificate: certificate, key: key)
        case (nil, nil): return nil
        default: throw ValidationError("give both --tls-cert and --tls-key")
        }
    }

    private func webhookAllowance() throws -> WebhookAllowance {
        let hosts =
            webhookAllow.isEmpty
            ? try Environment.parsed("EVENTLEDGER_WEBHOOK_ALLOW", by: Self.list) ?? []
            : webhookAllow
        return WebhookAllowance(
            try hosts.map { text in
                guard let host = WebhookAllowance.Host(text) else {
                    throw ValidationError(
                        "webhooks may be allowed to go to HOST or HOST:PORT, not '\(text)'"
                    )
                }
                return host
            }
        )
    }

    private func settings() throws -> ServerConfiguration {
        var settings = ServerConfiguration()
        settings.host = host ?? Environment.value("EVENTLEDGER_HOST") ?? settings.host
        settings.port =
            try port ?? Environment.parsed("EVENTLEDGER_PORT", by: Int.init) ?? settings.port
        guard (0...65535).contains(settings.port) else {
            throw ValidationError("\(StartError.invalidPort(settings.port))")
        }
        settings.keys = try keys()
        settings.tls = try tls()
        settings.corsOrigins =
            corsOrigin.isEmpty
            ? try Environment.parsed("EVENTLEDGER_CORS_ORIGINS", by: Self.list) ?? [] : corsOrigin
        settings.webhookAllowance = try webhookAllowance()
        settings.logLevel =
            try logLevel
            ?? Environment.parsed("EVENTLEDGER_LOG_LEVEL", by: Logger.Level.init(rawValue:))
            ?? settings.logLevel
        settings.logFormat =
            try logFormat
            ?? Environment.parsed("EVENTLEDGER_LOG_FORMAT", by: LogFormat.init(rawValue:))
        return settings
    }
}

extension Failure {
    /// The words of a configuration's fault name the setting, those of a table's only the table.
    fileprivate init(_ error: StartError) {
        switch error {
        case .storage(let reason): self = .unavailable("cannot serve: \(reason)")
        default: self = .unavailable("\(error)")
        }
    }
}

extension KeyPolicy {
    /// For the person who started the server.
    fileprivate var summary: String {
        switch self {
        case .off: "none: only this machine can reach it"
        case .on(let settings) where settings.requestsPerSecond == 0: "needed for every request"
        case .on(let settings):
            "needed for every request; at most \(settings.requestsPerSecond) a second each"
        }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}
