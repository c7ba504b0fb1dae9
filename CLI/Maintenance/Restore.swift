import ArgumentParser
import LedgerCore
import LedgerVerification
import LedgerServer
import LedgerService
import SQLiteTable

/// The command `eventledger restore`.
struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a ledger of a backup, in a folder that has none.",
        discussion: """
            Stop the server and move its old file away first. What was published, committed, \
            created or deleted after the backup is undone; offsets behind its end will be given \
            to other events. So cursors handed out before are refused from now on \
            (invalid_cursor), and subscriptions go on where they stood in the backup. Readers \
            that keep offsets themselves must not go on behind the offsets printed under NEXT. \
            Keys revoked since the backup are valid again: revoke them anew.

            Exit code 1 when the backup is damaged, 3 when it can't be read or the folder already \
            has a ledger; nothing is restored then.

            Example: eventledger restore --data ./ledger-data /backups/ledger-2026-11-21.sqlite
            """
    )

    @Argument(help: "The backup's file.") var backup: String
    @Option(help: "The ledger's folder (EVENTLEDGER_DATA; default in your data folder).")
    var data: String?
    @Flag(
        help: """
            Take a file that was copied while in use, or whose log is gone. What its log had is lost; \
            the check says whether the rest fits together.
            """
    )
    var withoutLog = false
    @Flag(help: "Print the verdict as JSON.") var json = false

    func run() async throws {
        let file: String
        let verdict: LedgerVerdict
        let count: Int
        do {
            let folder = try LedgerFile.folder(data)
            file = folder + "/" + DataFolder.fileName
            try DataFolder.make(folder)
            let claim = try SQLiteClaim(path: file)
            defer { withExtendedLifetime(claim) {} }
            guard !SQLiteClaim.exists(file) else {
                throw SQLiteOpenError.cannotOpen(path: file, reason: "move it away first")
            }
            (verdict, count) = try await place(file)
        } catch let failure as Failure {
            throw failure.noting("nothing was restored")
        } catch {
            throw Failure.unavailable("nothing was restored: \(error)")
        }
        do throws(Failure) {
            try show(verdict, of: file, subscriptions: count)
        } catch {
            throw error.noting(verdict.isSound ? "restored \(file)" : "nothing was restored")
        }
        guard verdict.isSound else {
            throw Failure.content("nothing was restored: the backup is damaged")
        }
    }

    private func show(
        _ verdict: LedgerVerdict,
        of file: String,
        subscriptions count: Int
    ) throws(Failure) {
        try VerdictReport(verdict: verdict).show(asJSON: json)
        guard verdict.isSound, !json else { return }
        try Output.line("restored \(file)")
        try Output.line(
            "cursors of \(Count(count, of: "subscription")) from before are refused from now on"
        )
    }

    /// Copies, makes the copy a ledger of its own, checks it, and gives it its name if it is sound.
    private func place(
        _ file: String
    ) async throws -> (LedgerVerdict, subscriptions: Int) {
        let part = file + ".partial"
        SQLiteClaim.remove(part)
        try SQLiteSnapshot.open(path: backup, withoutLog: withoutLog).copy(to: part, as: .table)
        var verdict = try FileCheck.run(part)
        guard verdict.isSound else {
            SQLiteClaim.remove(part)
            return (verdict, 0)
        }
        let table = try SQLiteTable.open(path: part)
        var random = SystemRandomNumberGenerator()
        let renewal: Result<Int, TableError>
        do throws(TableError) {
            try await CursorRenewal.forgetTime(on: table, clock: SystemClock().instant)
            renewal = .success(
                try await CursorRenewal.run(
                    on: table,
                    random: &random,
                    clock: SystemClock().instant
                )
            )
        } catch {
            renewal = .failure(error)
        }
        await table.close()
        let count = try renewal.get()
        verdict = try FileCheck.run(part)
        try SQLiteClaim.move(part, to: file)
        SQLiteClaim.remove(part)
        return (verdict, count)
    }
}
