import LedgerCore
import LedgerService
import LedgerTesting

/// The table's stream of records, as a function gets it: repeated, out of order, or never.
///
/// `@unchecked Sendable`: see ``World``.
final class RecordStream: @unchecked Sendable {
    private static let mostKept = 200

    private var records: [ChunkNotice] = []

    /// Takes writes that were just applied.
    func observe(_ writes: [Write]) {
        for write in writes {
            guard case .put(let item) = write.operation,
                let news = ChunkNotice(item.key, image: item)
            else { continue }
            if records.count < Self.mostKept { records.append(news) }
        }
    }

    /// The next records for a function; what it can't fold comes back.
    func next(_ random: inout SeededGenerator) -> [ChunkNotice] {
        let count = min(records.count, 1 + random.index(20))
        var batch = Array(records.prefix(count))
        if !random.happens(0.2) { records.removeFirst(count) }
        batch.removeAll { _ in random.happens(0.05) }
        batch = batch.map { random.happens(0.1) ? Self.damaged($0, using: &random) : $0 }
        if random.happens(0.3) { batch.shuffle(using: &random) }
        return batch
    }

    func giveBack(_ failed: [ChunkNotice]) {
        records.insert(contentsOf: failed.prefix(Self.mostKept - records.count), at: 0)
    }

    /// The same news without its image, or with an image that was never written.
    private static func damaged(
        _ news: ChunkNotice,
        using random: inout SeededGenerator
    ) -> ChunkNotice {
        let key = TableKey.chunk(news.stream, news.partition, news.first)
        guard var image = news.image, let bytes = image.bytes(.batch), !random.happens(0.3) else {
            return ChunkNotice(key) ?? news
        }
        if random.happens(0.5) {
            var flipped = bytes
            flipped[random.index(flipped.count)] ^= 1 << UInt8(random.index(8))
            image[.batch] = .bytes(flipped)
        } else {
            image[.count] = .number((image.number(.count) ?? 0) + random.number(1...3))
        }
        return ChunkNotice(key, image: image) ?? news
    }
}
