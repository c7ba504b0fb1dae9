import LedgerClient
import LedgerCore

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
    /// How many events were published.
    private(set) var published: Int64 = 0
    /// Whether the stream turned out to be something else than an import of this file.
    private var isForeign = false

    init(ledger: RemoteLedger, stream: String, showsProgress: Bool) {
        self.ledger = ledger
        self.stream = stream
        self.showsProgress = showsProgress
    }

    /// Imports everything and compares.
    ///
    /// - Returns: What the file holds, which is what the stream has now.
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
            try check(event, header, lines.number)
            try await take(event)
        }
        try await flush()
        try await compare(header)
        return header.ranges
    }

    /// The next line; nil at the end.
    private func next(_ lines: inout LineReader) async throws(Failure) -> [UInt8]? {
        switch try await lines.next() {
        case .line(let line): return line
        case .end, .pause: return nil
        case .stopped(let signal):
            throw Failure(.stopped(signal, "stopped by a signal after line \(lines.number)"))
        }
    }

    /// What an import that failed leaves behind; nil when it has not touched the stream.
    var remains: String? {
        guard !read.isEmpty, !isForeign else { return nil }
        let events = Count(there.reduce(0, +) + published, "event")
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
            _ = try await ledger.call("POST", ["streams"], body: body)
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
        let description = try JSONValue.answer(try await ledger.call("GET", ["streams", stream]))
        return (description["partitions"]?.elements ?? []).map {
            Int64($0.text("next_offset")) ?? -1
        }
    }

    // MARK: Events

    /// The file's events are those that its first line promises, in order.
    private func check(
        _ event: EventSlices,
        _ header: ExportHeader,
        _ line: Int
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
            // Imported before; the last one tells whether it was by this import.
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
        let page = try await ledger.events(of: stream, partition, from: "\(place)", limit: 1)
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
                ["streams", stream, "events"],
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
