/// The events of one lane that were read and not yet delivered, as references.
struct LaneQueue: Sendable {
    /// The event at the front.
    struct Next {
        let batch: Int
        let record: Int
    }

    private struct Run: Sendable {
        let batch: Int
        var record: Int
        let end: Int
    }

    private var runs: [Run] = []
    private var head = 0

    var isEmpty: Bool { head == runs.count }

    var first: Next? {
        guard head < runs.count else { return nil }
        return Next(batch: runs[head].batch, record: runs[head].record)
    }

    mutating func append(_ batch: LogReader.Batch, index: Int) {
        let end = batch.decoded.records.count
        guard batch.start < end else { return }
        runs.append(Run(batch: index, record: batch.start, end: end))
    }

    mutating func removeFirst() {
        runs[head].record += 1
        if runs[head].record == runs[head].end { head += 1 }
    }
}

extension RecordView {
    /// Key + type + headers + data, bytes: the measure of an event's and a page's size.
    var measure: Int { key.count + type.count + headers.count + data.count }
}

extension Record {
    /// Type + headers + data, bytes.
    var measure: Int { type.count + headers.count + data.count }
}
