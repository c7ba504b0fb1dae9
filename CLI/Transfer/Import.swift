import ArgumentParser
import LedgerBytes
import LedgerClient
import LedgerCore
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
            "imported \(Count(published, of: "event"))\(before); every partition has what the export holds"
        )
    }
}

/// Publishes the events of an export, each at its place.
struct Importer {
    private let ledger: RemoteLedger
    private let stream: String
    private let showsProgress: Bool
    /// By partition: how many events of the file were read.
    private var read: [Int64] = []
    /// By partition: how many events the stream had at the start.
    private var there: [Int64] = []
    private var batch: ImportBatch?
    /// The number of events that this run published.
    private(set) var published: Int64 = 0
    /// True once the stream turned out to be something else than an import of this file.
    private var isForeign = false

    init(ledger: RemoteLedger, stream: String, showsProgress: Bool) {
        self.ledger = ledger
        self.stream = stream
        self.showsProgress = showsProgress
    }

    /// Imports everything and compares.
    ///
    /// - Returns: the file's ranges of events, which the stream has now.
    mutating func run(
        _ lines: consuming LineReader,
        resume: Bool
    ) async throws(Failure) -> [ExportHeader.Range] {
        var lines = lines
        guard let line = try await next(&lines) else { throw .content("the export is empty") }
        guard let header = ExportHeader(line: line) else {
            throw .content("line 1 is not the first line of an export")
        }
        there = try await prepare(header, resume: resume)
        read = [Int64](repeating: 0, count: header.partitionCount)
        while let line = try await next(&lines) {
            guard let event = EventSlices(line: line) else {
                throw .content("line \(lines.number) is no event")
            }
            try check(event, against: header, line: lines.number)
            try await take(event)
        }
        try await flush()
        try await compare(header)
        return header.ranges
    }

    /// The next line of the file; nil at its end.
    private func next(_ lines: inout LineReader) async throws(Failure) -> [UInt8]? {
        switch try await lines.next() {
        case .line(let line): return line
        case .end, .pause: return nil
        case .stopped(let signal):
            throw Failure(.stopped(signal, "stopped by a signal after line \(lines.number)"))
        }
    }

    /// The remains of an import that failed, in words; nil when it has not touched the stream.
    var remains: String? {
        guard !read.isEmpty, !isForeign else { return nil }
        let events = Count(there.reduce(0, +) + published, of: "event")
        return
            "stream \(stream) has \(events) of the export, at least: go on with --resume, or delete it "
            + "with `eventledger stream delete \(stream)\(ledger.address)`"
    }

    // MARK: The stream

    /// Creates the stream, or sees that it is the one an interrupted import made; returns how
    /// many events it has by partition.
    private mutating func prepare(
        _ header: ExportHeader,
        resume: Bool
    ) async throws(Failure) -> [Int64] {
        do throws(Failure) {
            let body = header.creation(as: stream)
            _ = try await ledger.call("POST", at: ["streams"], body: body)
        } catch {
            guard case .ledger(.refused(409, "stream_already_exists", _, _)) = error.cause else {
                throw error
            }
            guard resume else {
                throw .content(
                    "there is a stream \(stream) already; --resume goes on with its import"
                )
            }
        }
        let ends = try await ends()
        guard ends.count == header.partitionCount else {
            isForeign = true
            throw .content("stream \(stream) has \(ends.count) partitions, not those of the export")
        }
        return ends
    }

    private func ends() async throws(Failure) -> [Int64] {
        let description = try JSONValue.answer(
            try await ledger.call("GET", at: ["streams", stream])
        )
        return (description["partitions"]?.elements ?? []).map {
            Int64($0.text("next_offset")) ?? -1
        }
    }

    // MARK: Events

    /// Throws when an event is not the next one of those that the file's first line promises.
    private func check(
        _ event: EventSlices,
        against header: ExportHeader,
        line: Int
    ) throws(Failure) {
        guard let range = header.ranges.first(where: { $0.partition == Int(event.partition) })
        else { throw .content("line \(line): there is no partition \(event.partition)") }
        let expected = range.first + read[range.partition]
        guard event.offset == expected, expected < range.next else {
            throw .content("line \(line): offset \(event.offset) where \(expected) must follow")
        }
        let right = Partitioner.partition(forKey: event.keyBytes, count: header.partitionCount)
        guard right.index == range.partition else {
            throw .content("line \(line): the key belongs to partition \(right.index)")
        }
    }

    private mutating func take(_ event: EventSlices) async throws(Failure) {
        let partition = Int(event.partition)
        let place = read[partition]
        read[partition] += 1
        guard place >= there[partition] else {
            // It was imported before; the last such event tells whether by this import.
            if place == there[partition] - 1 { try await compare(event, at: place) }
            return
        }
        if let batch, !batch.takes(event) { try await flush() }
        var batch = batch ?? ImportBatch(partition: partition, first: place)
        batch.add(event)
        self.batch = batch
    }

    private mutating func compare(_ event: EventSlices, at place: Int64) async throws(Failure) {
        let partition = Int(event.partition)
        let page = try await ledger.events(of: stream, in: partition, from: "\(place)", limit: 1)
        guard let stored = page.events.first, stored.isCopy(of: event) else {
            isForeign = true
            throw .content(
                "stream \(stream) has another event at offset \(place) of partition \(partition): "
                    + "it is not an import of this file"
            )
        }
    }

    private mutating func flush() async throws(Failure) {
        guard let batch else { return }
        self.batch = nil
        do throws(Failure) {
            _ = try await ledger.call(
                "POST",
                at: ["streams", stream, "events"],
                query: [("ack", "summary")],
                body: batch.body,
                idempotencyKey: batch.idempotencyKey
            )
        } catch {
            // Somebody else published.
            if case .ledger(.refused(409, _, _, _)) = error.cause { isForeign = true }
            throw error
        }
        published += Int64(batch.count)
        guard showsProgress else { return }
        Messages.progress("\(read.reduce(0, +)) events")
    }

    // MARK: The end

    private mutating func compare(_ header: ExportHeader) async throws(Failure) {
        for range in header.ranges where read[range.partition] != range.count {
            throw .content(
                "the file ends early: it has \(read[range.partition]) of the \(range.count) events "
                    + "of partition \(range.partition)"
            )
        }
        let ends = try await ends()
        for (partition, end) in ends.enumerated() where end != read[partition] {
            isForeign = true
            throw .content(
                "partition \(partition) has \(end) events, the file \(read[partition]): somebody "
                    + "else published to stream \(stream)"
            )
        }
    }
}

/// Consecutive events of one partition on their way into one call.
struct ImportBatch {
    private static let maximumEvents = 1000
    private static let maximumBytes = 1 << 20

    let partition: Int
    /// The offset that the first event gets in the new stream.
    let first: Int64
    private var events: [UInt8] = []
    private(set) var count = 0

    init(partition: Int, first: Int64) {
        self.partition = partition
        self.first = first
    }

    /// True when the event still fits behind the others.
    func takes(_ event: EventSlices) -> Bool {
        guard count > 0 else { return true }
        let size = event.key.count + event.type.count + event.headers.count + event.data.count
        return Int(event.partition) == partition && count < Self.maximumEvents
            && events.count + size < Self.maximumBytes
    }

    mutating func add(_ event: EventSlices) {
        if count > 0 { events.append(UInt8(ascii: ",")) }
        event.appendNew(to: &events)
        count += 1
    }

    /// Stored at exactly this place or not at all: whatever comes twice is refused.
    var body: [UInt8] {
        Array("{\"expected_offset\":\(first),\"events\":[".utf8) + events + Array("]}".utf8)
    }

    /// The same for the same events at the same place, so that an answer that was lost can be
    /// asked for again.
    var idempotencyKey: String {
        let place = Array("import \(partition) \(first) ".utf8)
        return SHA256.digest(place + events).hex
    }
}
