import ArgumentParser
import LedgerBytes
import LedgerClient
import LedgerCore
import LedgerVerification
import SQLiteTable

/// The command `eventledger verify`.
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check that everything stored is whole, and that nothing was rewritten.",
        discussion: """
            With --data it reads a ledger's file, or a backup, also while a server uses it: every \
            checksum, offset, timestamp and hash, the compacted state against the log, and \
            everything that refers to an offset. Without, it asks the ledger at --url: whether \
            every event can be read, in order and without a gap.

            Keep what `verify --json` or `stream head --json` prints somewhere else; --expect \
            proves with it later that the log up to there is still the same. Read from a file it \
            is a proof by the events themselves, through the API by the ledger's word.

            Exit code 1 when anything is wrong, 3 when a file can't be read or the ledger can't be \
            reached.

            Examples:
              eventledger verify --data ./ledger-data
              eventledger verify orders --json >> heads.ndjson
              eventledger verify --data ./ledger-data --expect heads.ndjson
            """
    )

    @Argument(help: "Only this stream, through the API.") var stream: String?
    @Option(help: "A ledger's data folder or file, or a backup.") var data: String?
    @Option(help: "A file with heads that were kept; may be repeated.") var expect: [String] = []
    @OptionGroup var options: ClientOptions

    func validate() throws {
        if file != nil, stream != nil {
            throw ValidationError("--data checks the whole file: leave out the stream.")
        }
    }

    /// The value of --data; nil also when it is empty.
    private var file: String? { data.flatMap { $0.isEmpty ? nil : $0 } }

    func run() async throws {
        let heads = try HeadFile.read(expect)
        guard let file else {
            var verdict = LedgerVerdict()
            try await options.run { ledger throws(Failure) in
                let check = RemoteVerification(ledger: ledger, heads: heads)
                verdict = try await check.run(stream.flatMap { StreamID($0) })
            }
            return try finish(verdict)
        }
        try finish(try FileCheck.run(LedgerFile.path(file), against: heads))
    }

    private func finish(_ verdict: LedgerVerdict) throws {
        try VerdictReport(verdict: verdict).show(asJSON: options.json)
        if !verdict.isSound { throw ExitCode(1) }
    }
}

/// A check of a file.
enum FileCheck {
    /// Checks the file at `path` by its own and by SQLite's rules.
    static func run(
        _ path: String,
        against heads: KeptHeads = KeptHeads()
    ) throws(Failure) -> LedgerVerdict {
        let snapshot: SQLiteSnapshot
        do throws(SQLiteOpenError) {
            snapshot = try SQLiteSnapshot.open(path: path)
        } catch {
            throw Failure.unavailable("\(error)")
        }
        return run(on: snapshot, against: heads)
    }

    /// Checks an open snapshot in the same way.
    static func run(
        on snapshot: SQLiteSnapshot,
        against heads: KeptHeads = KeptHeads()
    ) -> LedgerVerdict {
        var verdict = LedgerVerifier.run(on: snapshot, against: heads)
        do throws(TableError) {
            verdict.findings += try snapshot.fileProblems().map {
                Finding(problem: "the file: \($0)")
            }
        } catch {
            verdict.findings.append(Finding(problem: "the file: \(error.message)"))
        }
        return verdict
    }
}

/// Heads that were kept: lines as `verify --json` and `stream head --json` print them.
enum HeadFile {
    static func read(_ paths: [String]) throws(Failure) -> KeptHeads {
        var heads = KeptHeads()
        for path in paths {
            let bytes = try LedgerFile.read(path)
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                guard let document = try? JSONValue(Array(line)), add(document, to: &heads) else {
                    throw Failure.unavailable(
                        "\(path) holds no heads; keep what `verify --json` or `stream head "
                            + "--json` prints, a document a line"
                    )
                }
            }
        }
        return heads
    }

    /// Adds the heads of a document; returns false when it is none of ours.
    static func add(_ document: JSONValue, to heads: inout KeptHeads) -> Bool {
        let streams = document["streams"].map(\.elements) ?? [document]
        for stream in streams {
            guard let id = stream["stream_id"]?.text.flatMap({ StreamID($0) }) else { return false }
            for entry in stream["partitions"]?.elements ?? [] {
                guard let partition = Int(entry.text("partition")).flatMap({ Partition($0) }),
                    let next = Int64(entry.text("next_offset")).flatMap({ Offset($0) }),
                    let head = entry["head"]?.text.flatMap({ Digest(hex: $0) })
                else { return false }
                heads.add(head, of: partition, in: id, next: next)
            }
        }
        return true
    }
}
