import LedgerBytes
import LedgerCore

/// Walks over one partition's log, row by row in the order of offsets.
///
/// Every chunk is compared with the one before it: the link. After a row that cannot be read there
/// is none, and the next chunk begins a new stretch; what is wrong is reported once, where it is.
struct LogWalk {
    /// The end of one chunk, which the next one must continue.
    private struct Link {
        let end: Offset
        let timestamp: Timestamp
        let ttl: TTL
        let hash: Digest
    }

    private let stream: StreamRow
    private let partition: Partition
    private let progress: ProgressRow
    private var heads: HeadComparison
    private var link: Link?
    private var isSealed = false
    private(set) var verdict: PartitionVerdict
    private(set) var findings = Findings()
    private(set) var fold: LogFold
    private(set) var index = ChunkIndex()

    init(stream: StreamRow, progress: ProgressRow, heads: [(next: Offset, head: Digest)]) {
        self.stream = stream
        partition = progress.partition
        self.progress = progress
        self.heads = HeadComparison(heads)
        verdict = PartitionVerdict(partition: partition)
        fold = LogFold(watermark: progress.foldedTail.next)
    }

    mutating func take(_ row: StoredRow) {
        switch row {
        case .row(let item): take(item)
        case .damaged:
            report("a row of the log cannot be decoded", at: link?.end)
            link = nil
        }
    }

    private mutating func take(_ item: Item) {
        guard case .chunk(_, _, let first) = item.key else { return }
        if isSealed { report("there is a row behind the seal", at: first) }
        let entry: LogEntry
        do throws(TableError) {
            entry = try LogEntry(item)
        } catch {
            report("the chunk's row is damaged: \(error.message)", at: first)
            return link = nil
        }
        switch entry {
        case .seal: isSealed = true
        case .chunk(let chunk): take(chunk)
        }
    }

    private mutating func take(_ chunk: ChunkRow) {
        if verdict.chunks == 0 { begin(at: chunk) }
        let isReadable = checkEvents(chunk)
        checkLink(chunk, hashed: isReadable)
        verdict.chunks += 1
        verdict.events += chunk.count
        verdict.newest = chunk.timestamp
        index.add(chunk)
        link = Link(
            end: chunk.end,
            timestamp: chunk.timestamp,
            ttl: chunk.ttl,
            hash: chunk.hash
        )
        pass(chunk.end, hash: chunk.hash, timestamp: chunk.timestamp, ttl: chunk.ttl)
    }

    /// The first stored chunk: what was before it may have expired, up to the trim.
    private mutating func begin(at chunk: ChunkRow) {
        verdict.earliest = chunk.first
        if chunk.first > progress.trimmedBelow {
            report(
                "the events up to \(chunk.first.rawValue) are missing",
                at: progress.trimmedBelow
            )
        }
        let known = chunk.first == .zero ? Tail.empty : progress.foldedTail
        guard known.next == chunk.first else { return verdict.chain = .from(chunk.end) }
        if chunk.first > .zero { verdict.chain = .from(chunk.first) }
        link = Link(
            end: known.next,
            timestamp: known.timestamp,
            ttl: known.ttl,
            hash: known.hash
        )
        heads.pass(known.next, hash: known.hash)
    }

    /// Compares a chunk with the end of the one before it, where that is known.
    ///
    /// - Parameters:
    ///   - chunk: the chunk that was read.
    ///   - hashed: false where the hash says nothing new: that of a damaged batch is wrong anyway.
    private mutating func checkLink(_ chunk: ChunkRow, hashed: Bool) {
        guard let link else { return }
        guard chunk.first == link.end else {
            let problem =
                chunk.first > link.end
                ? "the events up to \(chunk.first.rawValue) are missing"
                : "the chunk at \(chunk.first.rawValue) overlaps the one before"
            return report(problem, at: min(link.end, chunk.first))
        }
        if hashed, HashChain.next(previous: link.hash, batch: chunk.batch) != chunk.hash {
            report(
                "the hash chain breaks: this chunk or the one before was changed",
                at: chunk.first
            )
        }
        if chunk.timestamp < link.timestamp { report("time goes back", at: chunk.first) }
        if chunk.ttl < link.ttl { report("the ttl goes back", at: chunk.first) }
        if chunk.previousTTL != link.ttl {
            report("the ttl of the chunk before is not the one noted here", at: chunk.first)
        }
    }

    /// - Returns: false when the events cannot be read at all.
    private mutating func checkEvents(_ chunk: ChunkRow) -> Bool {
        let batch: DecodedBatch
        do throws(BatchError) {
            batch = try RecordBatch.decode(chunk.batch, expecting: chunk.first)
        } catch {
            report("the record batch is damaged: \(error.description)", at: chunk.first)
            return false
        }
        if batch.records.count != chunk.count {
            report("\(batch.records.count) events are stored, not \(chunk.count)", at: chunk.first)
        }
        if batch.lastTimestamp != chunk.timestamp {
            report("the timestamp is not that of the last event", at: chunk.first)
        }
        var before = batch.baseTimestamp
        for (number, record) in batch.records.enumerated() {
            let offset = batch.offset(at: number)
            let timestamp = batch.timestamp(of: record)
            if timestamp < before { report("time goes back", at: offset) }
            before = timestamp
            checkKey(batch.copy(record.key), at: offset)
            if stream.compaction { fold.take(record, of: batch, at: offset) }
        }
        return true
    }

    private mutating func checkKey(_ key: [UInt8], at offset: Offset) {
        let right = Partitioner.partition(forKey: key, count: stream.partitionCount)
        guard right != partition else { return }
        report("the event's key belongs to partition \(right.index)", at: offset)
    }

    /// Compares a chunk's end with the watermark's memory of it, and with heads kept elsewhere.
    private mutating func pass(
        _ end: Offset,
        hash: Digest,
        timestamp: Timestamp,
        ttl: TTL
    ) {
        let watermark = progress.foldedTail
        if watermark.next == end,
            watermark.hash != hash || watermark.timestamp != timestamp || watermark.ttl != ttl
        {
            report("the watermark remembers another end of the chunk before", at: end)
        }
        heads.pass(end, hash: hash)
    }

    /// Draws the conclusions once all rows were seen.
    mutating func finish() {
        let watermark = progress.foldedTail
        if verdict.chunks == 0 {
            finishEmpty()
        } else if let link {
            verdict.next = link.end
            verdict.head = link.hash
            if link.end < watermark.next {
                report("the events up to \(watermark.next.rawValue) are missing", at: link.end)
            } else if watermark.next > verdict.earliest, !index.isBoundary(watermark.next) {
                report("the watermark lies inside a chunk", at: watermark.next)
            }
        } else {
            verdict.next = max(index.end, watermark.next)
        }
        if progress.trimmedBelow > watermark.next {
            report("the trim lies behind the watermark", at: progress.trimmedBelow)
        }
        if isSealed, stream.state == .active { report("the stream is sealed", at: verdict.next) }
        for (offset, problem) in heads.finish(next: verdict.next, earliest: verdict.earliest) {
            report(problem, at: offset)
        }
        verdict.provenHeads = heads.proven
        verdict.expiredHeads = heads.expired
    }

    /// Nothing is stored: the watermark remembers the end.
    private mutating func finishEmpty() {
        let watermark = progress.foldedTail
        verdict.earliest = watermark.next
        verdict.next = watermark.next
        verdict.head = watermark.hash
        if watermark.next > .zero { verdict.chain = .from(watermark.next) }
        heads.pass(watermark.next, hash: watermark.hash)
        if progress.trimmedBelow < watermark.next {
            report(
                "the events up to \(watermark.next.rawValue) are missing",
                at: progress.trimmedBelow
            )
        }
    }

    private mutating func report(_ problem: String, at offset: Offset?) {
        findings.add(
            Finding(stream: stream.id.name, partition: partition, offset: offset, problem: problem)
        )
    }
}

/// The places of one partition's chunks, for looking up single offsets; 24 bytes a chunk.
struct ChunkIndex {
    private var chunks: [(first: Offset, end: Offset, timestamp: Timestamp)] = []

    mutating func add(_ chunk: ChunkRow) {
        chunks.append((chunk.first, chunk.end, chunk.timestamp))
    }

    /// The end of the last chunk; 0 when there is none.
    var end: Offset { chunks.last?.end ?? .zero }

    /// True when a chunk ends at this offset, or the log begins there.
    func isBoundary(_ offset: Offset) -> Bool {
        guard offset > .zero else { return true }
        return chunk(of: offset.previous)?.end == offset
    }

    /// The timestamp of the chunk that has the event at `offset`; nil when none has.
    func timestamp(of offset: Offset) -> Timestamp? { chunk(of: offset)?.timestamp }

    private func chunk(of offset: Offset) -> (first: Offset, end: Offset, timestamp: Timestamp)? {
        var low = 0
        var high = chunks.count
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle].end > offset { high = middle } else { low = middle + 1 }
        }
        guard low < chunks.count, chunks[low].first <= offset else { return nil }
        return chunks[low]
    }
}
