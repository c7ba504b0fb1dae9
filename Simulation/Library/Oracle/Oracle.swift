import LedgerCore
import LedgerTesting

/// A promise that was broken.
package struct Violation: Sendable, CustomStringConvertible {
    /// The promise that it breaks.
    package let promise: Promise
    fileprivate let text: String

    /// The promise's name, and what happened.
    package var description: String { "\(promise.rawValue): \(text)" }
}

/// Knows what really happened, from the instant in which the table applies it, and reports what breaks
/// a promise.
///
/// `@unchecked Sendable`: see ``World``.
final class Oracle: @unchecked Sendable {
    /// One event of a log.
    struct Event {
        let offset: Int64
        let key: [UInt8]
        /// The event's type, which no other event has.
        let value: String
        let isTombstone: Bool
        let timestamp: Timestamp
        /// The first offset of its chunk.
        let chunk: Offset
    }

    /// One partition's log, whole: also what has been removed since.
    struct Log {
        var events: [Event] = []
        var tail = Tail.empty
        var isSealed = false
        var watermark: Int64 = 0
        var sealedAt: Duration = .zero
        /// True once the stream was deleted and the log's rows were removed.
        ///
        /// A process that slept over it may leave a row there, which nobody reads.
        var isGone = false
        /// The time at which the last chunk came.
        var appendedAt: Duration = .zero
        /// Events expired before they were folded, so the compacted state may lack them.
        var isLossy = false
        /// By key: the index of its last event.
        var last: [[UInt8]: Int] = [:]

        /// True when no writer knows the end any more: each has read the stream's row again long
        /// since.
        ///
        /// Then chunks have expired, and a seal may land below the end, where one was.
        func isForgotten(at now: Duration) -> Bool { now - appendedAt > .hours(24) }
    }

    let world: World
    let store: MemoryTable
    var logs: [RowGroup: Log] = [:]
    private(set) var violations: [Violation] = []
    /// Values that publishers were told are not stored, nor ever will be.
    var refused: Set<String> = []
    /// The incarnations that hold a value.
    ///
    /// An idempotent publish may be repeated in the successor of a deleted stream.
    private(set) var holders: [String: [RowGroup]] = [:]
    /// By value: the time at which it was stored last.
    private var storedAt: [String: Duration] = [:]
    private var tokens: Set<TransactionToken> = []
    private var positions: [TableKey: (epoch: Int64, position: Position)] = [:]
    private(set) var appended = 0
    /// The knowledge of leases, sessions and what was handed out under them.
    var groups = GroupRecord()
    /// The knowledge of what became of a delivery's events.
    var deliveries = DeliveryRecord()

    init(_ world: World, store: MemoryTable) {
        self.world = world
        self.store = store
    }

    /// Notes that a promise was broken, and how.
    func report(_ text: String, breaking promise: Promise) {
        world.trace.note("VIOLATION of \(promise): \(text)", at: world.now, process: 0, code: 9)
        violations.append(Violation(promise: promise, text: text))
    }

    /// True when a transaction with this token was applied.
    func knows(_ token: TransactionToken) -> Bool { tokens.contains(token) }

    func remember(_ token: TransactionToken) { tokens.insert(token) }

    /// The log of a partition; empty when nothing was appended yet.
    func log(of partition: Partition, in stream: StreamIncarnation) -> Log {
        logs[.log(stream, partition)] ?? Log()
    }

    /// Holds an idempotent publish to its answer that this value is not stored, after a look at the
    /// table.
    func denied(_ value: String, after look: CallNote.Look?) async {
        guard let stored = storedAt[value], let look,
            stored + Self.visibleAfter < look.time.lowerBound,
            // The key is forgotten after a day.
            look.time.upperBound - stored < .hours(23),
            case .log(look.stream, _)? = holders[value]?.last, await isCurrent(look.stream)
        else { return }
        report(
            "\(value) is said not to be stored, and was since \(stored.wholeMilliseconds)",
            breaking: .refusals
        )
    }

    /// The time until all rows of a transaction are seen.
    private static let visibleAfter: Duration = .milliseconds(200)

    private func isCurrent(_ stream: StreamIncarnation) async -> Bool {
        guard let id = StreamID("orders"), let item = try? await store.get(.stream(id)),
            let row = try? StreamRow(item)
        else { return false }
        return row.incarnation == stream
    }

    /// True when this value is in some log.
    func isStored(_ value: String) -> Bool { holders[value] != nil }

    /// Takes writes that were just applied as one, and their origin.
    func observe(_ writes: [Write], by origin: WriteOrigin) async {
        judgeDelivery(writes, by: origin)
        for write in writes {
            world.trace.note("applied: \(Self.outline(write))", at: world.now, process: 0, code: 10)
            switch (write.operation, write.key) {
            case (.put(let item), .chunk): appended(item)
            case (.put(let item), .latest): await folded(item)
            case (.put(let item), .progress): await advanced(item)
            case (.put(let item), .position) where !DeliveryRow.isMeant(by: item):
                moved(item, by: origin)
            case (.put(let item), .member): renewed(item, by: origin)
            case (.put(let item), .subscription): groups.note(item)
            case (.delete(let key), .chunk): report("a single delete of \(key)", breaking: .removal)
            default: break
            }
        }
    }

    static func outline(_ key: TableKey) -> String {
        "\(key.group.partitionKey) \(String(decoding: key.sortKey, as: UTF8.self))"
    }

    private static func outline(_ write: Write) -> String {
        let row = outline(write.key)
        switch write.operation {
        case .put(let item):
            // An id of any kind has the same text.
            let id = item.bytes(.incarnation).flatMap { StreamIncarnation(bytes: $0) }?.hex ?? ""
            let numbers = item.attributes.compactMap { name, value in
                if case .number(let number) = value { "\(name.rawValue)=\(number)" } else { nil }
            }
            let content = (try? DeliveryRow(item))?.outline ?? (try? ParkedRow(item))?.outline
            let text = content.map { " \($0)" } ?? ""
            return "put \(row) \(item.string(.state) ?? "") \(id) \(numbers)\(text)"
        case .delete: return "delete \(row)"
        case .check: return "check \(row)"
        }
    }

    // MARK: The log

    private func appended(_ item: Item) {
        guard let entry = try? LogEntry(item) else {
            return report("an unreadable log row", breaking: .offsets)
        }
        let group = item.key.group
        var log = logs[group] ?? Log()
        switch entry {
        case .seal(let offset):
            if offset != log.tail.next, !log.isForgotten(at: world.now), !log.isGone {
                report("a seal at \(offset), not \(log.tail.next)", breaking: .removal)
            }
            if !log.isSealed { log.sealedAt = world.now }
            log.isSealed = true
        case .chunk(let chunk): append(chunk, to: &log)
        }
        logs[group] = log
    }

    private func append(_ chunk: ChunkRow, to log: inout Log) {
        let end = log.tail.next.rawValue
        let place = "partition \(chunk.partition.index), offset \(chunk.first.rawValue)"
        if log.isSealed { report("\(place): an append behind the seal", breaking: .removal) }
        guard chunk.first.rawValue == end else {
            return report(
                "\(place): offset used again or skipped, the log ends at \(end)",
                breaking: .offsets
            )
        }
        if chunk.timestamp < log.tail.timestamp {
            report("\(place): time runs backwards", breaking: .order)
        }
        let latest = SimulatedClock.beginning.advanced(by: world.now + Limits.clockLead * 2)
        if chunk.timestamp > latest {
            report("\(place): stamped by a clock that is far ahead", breaking: .clocks)
        }
        if chunk.ttl < log.tail.ttl { report("\(place): ttl decreases", breaking: .order) }
        if chunk.previousTTL != log.tail.ttl { report("\(place): a wrong pttl", breaking: .order) }
        if chunk.hash != HashChain.next(previous: log.tail.hash, batch: chunk.batch) {
            report("\(place): the hash chain is broken", breaking: .offsets)
        }
        guard let batch = try? RecordBatch.decode(chunk.batch, expecting: chunk.first) else {
            return report("\(place): an unreadable batch", breaking: .offsets)
        }
        for (index, record) in batch.records.enumerated() {
            let event = Event(
                offset: end + Int64(index),
                key: batch.copy(record.key),
                value: String(decoding: batch.copy(record.type), as: UTF8.self),
                isTombstone: record.isTombstone,
                timestamp: batch.timestamp(of: record),
                chunk: chunk.first
            )
            note(event.value, in: chunk)
            if refused.contains(event.value) {
                report("\(event.value) is stored, but was refused", breaking: .refusals)
            }
            log.last[event.key] = log.events.count
            log.events.append(event)
        }
        appended += batch.records.count
        log.appendedAt = world.now
        log.tail = chunk.tail
    }

    private func note(_ value: String, in chunk: ChunkRow) {
        let isTwice = holders[value, default: []].contains { group in
            if case .log(chunk.stream, _) = group { true } else { false }
        }
        if isTwice { report("\(value) is stored twice", breaking: .once) }
        holders[value, default: []].append(.log(chunk.stream, chunk.partition))
        storedAt[value] = world.now
    }

    // MARK: Compacted state

    private func folded(_ item: Item) async {
        guard let latest = try? LatestRow(item) else {
            return report("an unreadable latest row", breaking: .latest)
        }
        let log = log(of: latest.partition, in: latest.stream)
        guard !log.isGone else { return }
        let place = "key \(latest.key.text) of partition \(latest.partition.index)"
        let offset = latest.offset.rawValue
        guard offset < Int64(log.events.count), log.events[Int(offset)].key == latest.key.utf8
        else {
            return report("\(place): no such event at \(offset)", breaking: .latest)
        }
        let last = log.events[..<Int(log.watermark)].last { $0.key == latest.key.utf8 }
        if let last, last.offset > offset {
            report(
                "\(place): offset \(offset) comes back, \(last.offset) is folded",
                breaking: .latest
            )
        }
    }

    private func advanced(_ item: Item) async {
        guard let progress = try? ProgressRow(item) else {
            return report("an unreadable progress row", breaking: .folded)
        }
        let group = RowGroup.log(progress.stream, progress.partition)
        var log = logs[group] ?? Log()
        guard !log.isGone else { return }
        let next = progress.foldedTail.next.rawValue
        let place = "partition \(progress.partition.index)"
        guard next >= log.watermark else {
            return report("\(place): the watermark falls to \(next)", breaking: .folded)
        }
        guard next <= Int64(log.events.count) else {
            return report("\(place): watermark \(next) beyond the log's end", breaking: .folded)
        }
        if await compacts(progress.stream) { await check(progress, against: &log) }
        log.watermark = max(log.watermark, next)
        logs[group] = log
    }

    /// Reports keys whose last event below the watermark is not in the compacted state by now.
    private func check(_ progress: ProgressRow, against log: inout Log) async {
        let fresh = log.events[Int(log.watermark)..<Int(progress.foldedTail.next.rawValue)]
        for key in Set(fresh.map(\.key)).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            guard let last = fresh.last(where: { $0.key == key }),
                let key = EventKey(utf8: key)
            else { continue }
            let row = try? await store.get(.latest(progress.stream, progress.partition, key))
            let offset = row?.number(.offset)
            if let offset, offset >= last.offset { continue }
            if offset == nil, last.isTombstone { continue }
            let chunk = TableKey.chunk(progress.stream, progress.partition, last.chunk)
            if (try? await store.get(chunk)) == nil {
                log.isLossy = true
            } else {
                report(
                    "key \(key.text): watermark beyond \(last.offset), which is not folded",
                    breaking: .folded
                )
            }
        }
    }

    /// True when a stream that still has its name keeps a compacted state.
    private func compacts(_ stream: StreamIncarnation) async -> Bool {
        compacting.contains(stream)
    }

    /// The incarnations of streams with compaction.
    var compacting: Set<StreamIncarnation> = []

    // MARK: Positions

    private func moved(_ item: Item, by origin: WriteOrigin) {
        guard let row = try? PositionRow(item) else {
            return report("an unreadable position", breaking: .commits)
        }
        judge(row, by: origin)
        defer { positions[item.key] = (row.epoch, row.position) }
        guard let before = positions[item.key] else { return }
        if row.epoch < before.epoch {
            report("a commit of an epoch before a seek", breaking: .commits)
        }
        if row.epoch == before.epoch, row.position.isBehind(before.position) {
            report(
                "a commit moves backwards, from \(before.position) to \(row.position)",
                breaking: .commits
            )
        }
    }

    // MARK: Removal

    /// Takes keys that are about to be removed by a sweep.
    func observeRemoval(_ keys: [TableKey]) async {
        for key in keys {
            guard case .chunk(let stream, let partition, let offset) = key else { continue }
            let log = log(of: partition, in: stream)
            if log.isSealed, world.now - log.sealedAt >= .seconds(360) {
                logs[.log(stream, partition)]?.isGone = true
            } else if offset.rawValue >= log.watermark {
                report(
                    log.isSealed
                        ? "rows of a deleted stream go while writers may not know"
                        : "an unfolded chunk is removed, at \(offset.rawValue)",
                    breaking: .removal
                )
            }
        }
    }
}

extension Position {
    /// True when this lies before `other` on a subscription's way: the snapshot, then the log.
    fileprivate func isBehind(_ other: Position) -> Bool {
        switch (self, other) {
        case (.log(let mine), .log(let theirs)): mine < theirs
        case (.snapshot, .log): true
        case (.log, .snapshot): false
        case (.snapshot(_, let mine), .snapshot(_, let theirs)):
            (mine?.utf8 ?? []).lexicographicallyPrecedes(theirs?.utf8 ?? [])
        }
    }
}
