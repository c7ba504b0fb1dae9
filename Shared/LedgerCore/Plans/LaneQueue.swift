/// The events of one lane that were decoded and not yet delivered, as references.
struct LaneQueue: Sendable {
    /// The event at the front.
    struct Next {
        let batch: Int
        let record: Int
        /// Where its batch begins.
        let batchStart: Offset
    }

    private struct Run: Sendable {
        let batch: Int
        let start: Offset
        var record: Int
        let end: Int
    }

    private var runs: [Run] = []
    private var head = 0

    var isEmpty: Bool { head == runs.count }

    var first: Next? {
        guard head < runs.count else { return nil }
        let run = runs[head]
        return Next(batch: run.batch, record: run.record, batchStart: run.start)
    }

    mutating func append(_ batch: LogReader.Batch, index: Int) {
        let end = batch.decoded.records.count
        guard batch.start < end else { return }
        let start = batch.decoded.baseOffset
        runs.append(Run(batch: index, start: start, record: batch.start, end: end))
    }

    mutating func removeFirst() {
        runs[head].record += 1
        if runs[head].record == runs[head].end { head += 1 }
    }
}
