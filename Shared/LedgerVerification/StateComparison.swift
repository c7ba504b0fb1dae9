import LedgerBytes
import LedgerCore

/// Compares one partition's compacted state with the fold of its log, row by row.
///
/// A fold stores the latest events first and moves the watermark afterwards, so a row may be of an
/// event past the watermark; then it must be that event. A row of an event that has expired from
/// the log must have no later event in it. A tombstone's row may be gone: it says the same.
struct StateComparison {
    private let stream: StreamRow
    private let fold: LogFold
    private let watermark: Offset
    private let verdict: PartitionVerdict
    private var seen: Set<EventKey> = []
    private var older = 0
    private(set) var findings = Findings()

    init(stream: StreamRow, verdict: PartitionVerdict, fold: LogFold, progress: ProgressRow) {
        self.stream = stream
        self.fold = fold
        watermark = progress.foldedTail.next
        self.verdict = verdict
    }

    mutating func take(_ row: StoredRow) {
        guard case .row(let item) = row else {
            return report("a row of the compacted state cannot be decoded", at: nil)
        }
        do throws(TableError) {
            try take(try LatestRow(item))
        } catch {
            report("a row of the compacted state is damaged: \(error.message)", at: nil)
        }
    }

    private mutating func take(_ latest: LatestRow) throws(TableError) {
        let offset = latest.offset
        seen.insert(latest.key)
        let right = Partitioner.partition(forKey: latest.key.utf8, count: stream.partitionCount)
        if right != verdict.partition {
            return report("the compacted key belongs to partition \(right.index)", at: offset)
        }
        var fingerprint: LogFold.Fingerprint?
        if case .record(let bytes) = latest.value {
            do throws(BatchError) {
                fingerprint = LogFold.Fingerprint(try Record.decode(bytes).bytes)
            } catch {
                return report("the compacted event is damaged: \(error.description)", at: offset)
            }
        }
        compare(latest.key, with: LogFold.Entry(offset: offset, fingerprint: fingerprint))
    }

    private mutating func compare(_ key: EventKey, with entry: LogFold.Entry) {
        if entry.offset >= watermark {
            guard !fold.isAhead(key, with: entry) else { return }
            return report("the compacted event is not the one in the log", at: entry.offset)
        }
        let right = fold.folded[key]
        if entry.offset < verdict.earliest, right == nil { return older += 1 }
        guard let right, right.offset == entry.offset else {
            let problem = (right?.offset ?? .zero) > entry.offset ? "is stale" : "is not in the log"
            return report("the compacted event \(problem)", at: entry.offset)
        }
        if right != entry {
            report("the compacted event is not the one in the log", at: entry.offset)
        }
    }

    /// Draws the conclusion once all rows were seen.
    mutating func finish() -> PartitionVerdict.State {
        let missing = fold.folded
            .filter { $0.value.fingerprint != nil && !seen.contains($0.key) }
            .map(\.value.offset)
        for offset in missing.sorted() {
            report("the event is its key's latest and not in the compacted state", at: offset)
        }
        return findings.isEmpty ? .equal(keys: seen.count, older: older) : .different
    }

    private mutating func report(_ problem: String, at offset: Offset?) {
        findings.add(
            Finding(
                stream: stream.id.name,
                partition: verdict.partition,
                offset: offset,
                problem: problem
            )
        )
    }
}

/// The fold of one partition's stored log, to compare the compacted state with.
///
/// Keeps one entry a key: so much memory, about a hundred bytes a key, is what the check costs.
struct LogFold {
    /// The beginning of an event's SHA-256 as the compacted state would store it, uncompressed.
    struct Fingerprint: Hashable {
        private let high: UInt64
        private let low: UInt64

        init(_ bytes: [UInt8]) {
            let digest = SHA256.digest(bytes).bytes
            high = digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
            low = digest.dropFirst(8).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    /// A key's latest event; without fingerprint it is a tombstone.
    struct Entry: Hashable {
        let offset: Offset
        let fingerprint: Fingerprint?
    }

    /// By key, of the events below the watermark.
    private(set) var folded: [EventKey: Entry] = [:]
    /// All events that a fold need not have reached.
    private var ahead: [Offset: (key: EventKey, entry: Entry)] = [:]
    private let watermark: Offset

    init(watermark: Offset) {
        self.watermark = watermark
    }

    mutating func take(_ record: RecordView, of batch: DecodedBatch, at offset: Offset) {
        guard let key = EventKey(utf8: batch.copy(record.key)) else { return }
        let entry = Entry(
            offset: offset,
            fingerprint: record.isTombstone ? nil : Fingerprint(Record.encode(record, of: batch))
        )
        if offset < watermark { folded[key] = entry } else { ahead[offset] = (key, entry) }
    }

    /// True when the log has exactly this event at its offset, past the watermark.
    func isAhead(_ key: EventKey, with entry: Entry) -> Bool {
        guard let found = ahead[entry.offset] else { return false }
        return found.key == key && found.entry == entry
    }
}
