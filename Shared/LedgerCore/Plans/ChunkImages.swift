/// Chunks of one partition that came with the news of them, so that a fold need not read them.
///
/// They may come in any order, more than once, with gaps, and damaged: only what provably continues
/// a watermark is used.
package struct ChunkImages: Sendable {
    private var items: [Offset: Item] = [:]

    /// Rows of one partition's log; any other row is left out.
    package init(_ items: [Item] = []) {
        for item in items {
            guard case .chunk(_, _, let first) = item.key else { continue }
            self.items[first] = item
        }
    }

    /// The rows that follow `tail` without a gap.
    func run(after tail: Tail, rules: Rules) -> [Item] {
        var run: [Item] = []
        var tail = tail
        while let item = items[tail.next], let chunk = Self.chunk(item, after: tail, rules: rules) {
            run.append(item)
            tail = chunk.tail
        }
        return run
    }

    /// The chunk of a row, if it is what was appended to `tail`: the hash chain covers the batch,
    /// the batch's header the count, and what the tail hands on must fit.
    private static func chunk(_ item: Item, after tail: Tail, rules: Rules) -> ChunkRow? {
        guard case .chunk(let chunk) = try? LogEntry(item) else { return nil }
        guard rules.keep(.provenImage) else { return chunk }
        guard
            let header = try? chunk.batch.withUnsafeBytes(BatchHeader.read),
            header.baseOffset == tail.next, Int(header.count) == chunk.count,
            chunk.hash == HashChain.next(previous: tail.hash, batch: chunk.batch),
            chunk.previousTTL == tail.ttl, chunk.ttl >= tail.ttl,
            chunk.timestamp >= tail.timestamp
        else { return nil }
        return chunk
    }
}
