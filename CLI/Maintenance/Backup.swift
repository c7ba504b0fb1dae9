import ArgumentParser
import LedgerVerification
import SQLiteTable

/// The command `eventledger backup`.
struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy a ledger's file as it is at this moment, also while a server uses it.",
        discussion: """
            The copy is whole and consistent whatever is published meanwhile; it is flushed to \
            disk and checked as `verify --data` does before it gets its name. A server can't be \
            started on it by accident: `eventledger restore` makes a ledger of it.

            It holds the secrets of cursors, and hashes of keys: keep it as safe as the ledger.

            Example: eventledger backup --data ./ledger-data /backups/ledger-2026-11-21.sqlite
            """
    )

    @Argument(help: "The backup's file, which must not exist.") var target: String
    @Option(help: "The ledger's folder (EVENTLEDGER_DATA; default in your data folder).")
    var data: String?
    @Flag(help: "Print the verdict as JSON.") var json = false

    func run() async throws {
        let part = target + ".partial"
        let verdict: LedgerVerdict
        do {
            guard !SQLiteClaim.exists(target) else {
                throw SQLiteOpenError.cannotOpen(path: target, reason: "it exists already")
            }
            SQLiteClaim.remove(part)
            try Self.copy(LedgerFile.path(data), to: part)
            verdict = FileCheck.run(on: try SQLiteSnapshot.open(path: part))
            if verdict.isSound { try SQLiteClaim.move(part, to: target) }
        } catch {
            throw Failure.unavailable("no backup was made: \(error)")
        }
        let place = verdict.isSound ? target : part
        do throws(Failure) {
            try VerdictReport(verdict: verdict).show(asJSON: json)
            if verdict.isSound, !json { try Output.line("backup: \(target)") }
        } catch {
            throw error.noting("the copy was made: \(place)")
        }
        guard verdict.isSound else {
            throw Failure.content("the ledger is damaged; the copy is \(part)")
        }
    }

    /// Copies the file and closes the snapshot at once: while it is open, the ledger's log can't be
    /// begun anew.
    private static func copy(_ file: String, to part: String) throws(SQLiteOpenError) {
        try SQLiteSnapshot.open(path: file).copy(to: part, as: .backup)
    }
}
