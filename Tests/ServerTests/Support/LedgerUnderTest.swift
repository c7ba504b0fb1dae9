import Foundation
import LedgerServer
import LedgerTesting
import Loopback
import Testing

/// A real server process, to be killed.
final class LedgerUnderTest: Sendable {
    private let process: ServerProcess
    private let folder: TemporaryFolder?
    var port: Int { process.port }

    /// On a data folder.
    init(data: TemporaryFolder) async throws {
        folder = data
        process = try await .ledger(["--data", data.path])
    }

    /// The same over HTTPS.
    init(data: TemporaryFolder, tls: TLSFiles) async throws {
        folder = data
        process = try await .ledger(
            ["--data", data.path, "--tls-cert", tls.certificate, "--tls-key", tls.key]
        )
    }

    /// On a DynamoDB table of the local AWS.
    ///
    /// A server ends when its table does not answer at the start, as on a busy machine.
    init(table: String, of aws: LocalAWS) async throws {
        folder = nil
        let patience = Patience()
        while true {
            do {
                let arguments = ["--table", "dynamodb:" + table]
                process = try await .ledger(arguments, variables: aws.variables)
                return
            } catch let failure as ServerProcess.Failure {
                try patience.check("a server on \(table): \(failure)")
            }
        }
    }

    /// The process's most memory so far, bytes.
    func peakMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process.id)/status", encoding: .utf8)
        let match = try #require(status.firstMatch(of: /VmHWM:\s+(\d+) kB/))
        return try #require(Int(match.1)) * 1024
    }

    /// Sends SIGHUP, on which the server reads its certificate again.
    func hangUp() {
        process.send(SIGHUP)
    }

    /// `kill -9`, and waits until the process is gone.
    func kill() {
        process.kill()
    }
}
