public import ArgumentParser
import LedgerServer
public import LineLog
public import Logging

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

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

            Without API keys it listens on loopback addresses only.

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

    @Option(help: "trace, debug, info, notice, warning, error (EVENTLEDGER_LOG_LEVEL; info).")
    var logLevel: Logger.Level?

    @Option(help: "text or json (EVENTLEDGER_LOG_FORMAT; text on a terminal).")
    var logFormat: LogFormat?

    func run() async throws {
        let settings = try settings()
        let storage = try storage()
        let logger = Logger(label: "eventledger") { label in
            LineLogHandler(label: label, level: settings.logLevel, format: settings.logFormat)
        }
        let signals = SignalWaiter()
        let process: LedgerProcess
        do {
            process = try await LedgerProcess.start(settings, storage: storage, logger: logger)
        } catch {
            Terminal.error("cannot serve: \(error)")
            throw ExitCode(3)
        }
        Terminal.print("EventLedger \(EventLedger.configuration.version)")
        Terminal.print("  data  \(storage.place)")
        Terminal.print("  url   http://\(process.host):\(process.port)")
        Terminal.print("  keys  none: only this machine can reach it")
        _ = await signals.wait()
        logger.info("stopping")
        await process.stop(grace: .seconds(30))
    }

    private func storage() throws -> LedgerStorage {
        let folder =
            data ?? Environment.value("EVENTLEDGER_DATA")
            ?? DataFolder.standard(Environment.value)
        let text = table ?? Environment.value("EVENTLEDGER_TABLE") ?? "sqlite"
        guard let storage = LedgerStorage(text, folder: folder) else {
            throw ValidationError("the table must be sqlite or dynamodb:NAME, not '\(text)'")
        }
        return storage
    }

    private func settings() throws -> ServerConfiguration {
        var settings = ServerConfiguration()
        settings.host = host ?? Environment.value("EVENTLEDGER_HOST") ?? settings.host
        settings.port =
            try port ?? Environment.parsed("EVENTLEDGER_PORT", Int.init) ?? settings.port
        settings.logLevel =
            try logLevel
            ?? Environment.parsed("EVENTLEDGER_LOG_LEVEL", Logger.Level.init(rawValue:))
            ?? settings.logLevel
        settings.logFormat =
            try logFormat
            ?? Environment.parsed("EVENTLEDGER_LOG_FORMAT", LogFormat.init(rawValue:))
        return settings
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}
