import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The trust rule")
struct TailReadingTests {
    private let created = Timestamp(milliseconds: 0)

    private func chunk(first: Int64, writtenAt hours: Int, retention: Int?) -> LogEntry {
        let tail = Tail(
            next: Offset(unchecked: first),
            timestamp: created,
            ttl: .past,
            hash: HashChain.start
        )
        let now = created.advanced(by: .hours(hours))
        return .chunk(
            ChunkRow(
                stream: StreamIncarnation(high: 1, low: 1),
                partition: Partition(unchecked: 0),
                after: tail,
                records: records(2).chunks()[0],
                append: AppendID(high: 2, low: 2),
                timestamp: now,
                ttl: TTL.ofChunk(writtenAt: now, retentionHours: retention, after: .past)
            )
        )
    }

    private func progress(watermark: Int64, sweptAt hours: Int?) -> ProgressRow {
        var progress = ProgressRow(
            stream: StreamIncarnation(high: 1, low: 1),
            partition: Partition(unchecked: 0)
        )
        progress.foldedTail = Tail(
            next: Offset(unchecked: watermark),
            timestamp: created,
            ttl: .past,
            hash: HashChain.start
        )
        progress.tailVerifiedAt = hours.map { created.advanced(by: .hours($0)) }
        return progress
    }

    private func verdict(_ newest: LogEntry?, _ progress: ProgressRow?, at hours: Int) -> String {
        let reading = TailReading(newest: newest, progress: progress)
        let now = created.advanced(by: .hours(hours))
        switch reading.verdict(
            at: now,
            trusting: TailTrust(created: created, onlySweepDeletes: false)
        ) {
        case .tail(let tail): return "tail \(tail.next.rawValue)"
        case .unverified(let tail): return "unverified \(tail.next.rawValue)"
        case .sealed: return "sealed"
        }
    }

    @Test("A last chunk whose ttl has not passed proves that nothing after it is gone")
    func livingChunk() {
        #expect(verdict(chunk(first: 5, writtenAt: 100, retention: 1), nil, at: 148) == "tail 7")
        #expect(verdict(chunk(first: 5, writtenAt: 100, retention: nil), nil, at: 9999) == "tail 7")
    }

    @Test("One whose ttl has passed proves nothing, unless a sweep looked within 47 hours")
    func deadChunk() {
        let dead = chunk(first: 5, writtenAt: 100, retention: 1)
        #expect(verdict(dead, nil, at: 150) == "unverified 7")
        #expect(verdict(dead, progress(watermark: 7, sweptAt: 104), at: 150) == "tail 7")
        #expect(verdict(dead, progress(watermark: 7, sweptAt: 103), at: 150) == "unverified 7")
    }

    @Test("The watermark remembers a tail whose chunks are gone")
    func watermark() {
        #expect(verdict(nil, progress(watermark: 9, sweptAt: 120), at: 150) == "tail 9")
        let old = chunk(first: 1, writtenAt: 140, retention: 1)
        #expect(verdict(old, progress(watermark: 9, sweptAt: 120), at: 150) == "tail 9")
    }

    @Test("A new stream is empty for 47 hours, then only if swept")
    func newStream() {
        #expect(verdict(nil, nil, at: 46) == "tail 0")
        #expect(verdict(nil, nil, at: 47) == "unverified 0")
    }

    @Test("A seal ends it")
    func seal() {
        #expect(verdict(.seal(at: Offset(unchecked: 4)), nil, at: 1) == "sealed")
    }
}

/// So many small records.
func records(_ count: Int) -> Records {
    var records = Records()
    for index in 0..<count {
        records.append(key: Array("k\(index)".utf8), type: Array("t".utf8), data: Array("1".utf8))
    }
    return records
}
