import ArgumentParser
import Glibc

/// The command `eventledger import`.
struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a stream of an export, read from standard input.",
        discussion: """
            Creates the stream with the settings of the export, which must not exist yet. Every \
            event comes into the partition it was in, in the same order; offsets begin at 0 \
            anew, and timestamps are those of the import. An import that was interrupted goes on \
            where it stood with --resume. At the end it compares what is there with what the \
            export holds, and prints by how much the offsets have shifted.

            Nobody else may publish to the stream meanwhile.

            Examples:
              eventledger import orders-copy < orders.ndjson
              eventledger import orders-copy --resume < orders.ndjson
            """
    )

    @Argument(help: "The new stream's name.") var stream: String
    @Flag(help: "Go on with an import that was interrupted.") var resume = false
    @Flag(help: "No progress on the terminal.") var quiet = false
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let showsProgress = !quiet && isatty(STDERR_FILENO) == 1
        try await options.run { ledger throws(Failure) in
            var importer = Importer(ledger: ledger, stream: stream, showsProgress: showsProgress)
            defer { if showsProgress { Messages.write("\r") } }
            let ranges: [ExportHeader.Range]
            do throws(Failure) {
                ranges = try await importer.run(LineReader(STDIN_FILENO), resume: resume)
            } catch {
                throw error.noting(importer.remains)
            }
            do throws(Failure) {
                try show(ranges, published: importer.published)
            } catch {
                throw error.noting("the import is complete")
            }
        }
    }

    private func show(_ ranges: [ExportHeader.Range], published: Int64) throws(Failure) {
        if options.json {
            let parts = ranges.map {
                "{\"partition\":\($0.partition),\"events\":\($0.count),\"shift\":\(-$0.first)}"
            }
            return try Output.line(
                "{\"stream_id\":\"\(stream)\",\"partitions\":[\(parts.joined(separator: ","))]}"
            )
        }
        var table = Table("PARTITION", "EVENTS", "OFFSETS SHIFTED BY")
        for range in ranges { table.add("\(range.partition)", "\(range.count)", "\(-range.first)") }
        try Output.text(table.text)
        let there = ranges.reduce(0) { $0 + $1.count } - published
        let before = there == 0 ? "" : ", \(there) were there already"
        try Output.line(
            "imported \(Count(published, "event"))\(before); every partition has what the export holds"
        )
    }
}
