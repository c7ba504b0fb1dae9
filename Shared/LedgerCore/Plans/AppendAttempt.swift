/// The writes of one try of an ``AppendPlan``: chunks at the tails, idempotency rows beside them.
///
/// It is made once and repeated unchanged until its fate is known.
struct AppendAttempt: Sendable {
    /// What a write of the attempt is for.
    enum Role: Sendable {
        case chunk(lane: Int, isFirst: Bool)
        case unit(lane: Int, unit: Int)
    }

    /// A unit's place if the attempt succeeds.
    struct Placed: Sendable {
        let lane: Int
        let unit: Int
        let range: StoredRange
    }

    let append: Incarnation
    /// The transaction's token; the append's id, since the writes of one append never change.
    var token: Incarnation { append }
    private(set) var writes: [Write] = []
    private(set) var placed: [Placed] = []
    /// Lanes and the tails they have if the attempt succeeds.
    private(set) var tails: [(lane: Int, tail: Tail)] = []
    private var roles: [Role] = []
    private let rules: Rules

    init(_ lanes: [AppendPlan.Lane], _ context: AppendContext, _ moment: AppendPlan.Moment) {
        append = moment.fresh
        rules = context.rules
        for (index, lane) in lanes.enumerated() where !lane.isEmpty {
            guard let tail = lane.tail.known else { preconditionFailure("the tail is known here") }
            add(lane, index, at: tail, context, moment)
        }
    }

    func role(of write: Int) -> Role? {
        roles.indices.contains(write) ? roles[write] : nil
    }

    /// Whether nothing but idempotency rows was in the way, so that the rest can go on at once.
    func blocksOnlyUnits(_ obstacles: AppendObstacles) -> Bool {
        obstacles.failed.keys.allSatisfy(isOfUnit)
    }

    /// The limits of one transaction; one write alone has only its own.
    var fitsOneTransaction: Bool {
        guard writes.count > 1 else { return true }
        let bytes = writes.reduce(0) { total, write in
            guard case .put(let item) = write.operation else { return total }
            return total + item.storedBytes
        }
        return writes.count <= Limits.transactionItems && bytes <= Limits.transactionBytes
    }

    /// Whose chunks are in the way.
    enum Verdict {
        /// This attempt's own: it was applied before.
        case ours
        /// A seal.
        case sealed
        /// The engine did not show a row that is there, so it could be ours.
        case unseen
        /// Nothing is known of some rows, and none of the others shows that this attempt was not
        /// applied: the same bytes must be written again.
        case unjudged
        /// Other writers', or none at all.
        case others
    }

    /// What the rows in the way say of the attempt as a whole.
    ///
    /// A foreign chunk where one of this attempt's belongs shows that it was not applied and never
    /// can be. Idempotency rows show nothing: they may be this attempt's own, or those of a twin
    /// that is storing the same events right now.
    ///
    /// `isOpen`: Whether an earlier try of these writes may have been applied.
    func verdict(on obstacles: AppendObstacles, isOpen: Bool) throws(TableError) -> Verdict {
        var verdict: Verdict?
        for (index, item) in obstacles.failed.sorted(by: { $0.key < $1.key }) {
            guard case .chunk? = role(of: index) else { continue }
            switch try item.map(LogEntry.init) {
            case .chunk(let chunk)?:
                if chunk.append == append, rules.keep(.ownAppend) { return .ours }
                verdict = verdict ?? .others
            case .seal?: verdict = .sealed
            case nil: if verdict == nil { verdict = .unseen }
            }
        }
        if let verdict { return verdict }
        guard rules.keep(.mixedReasons) else { return .others }
        let isCertain =
            obstacles.unjudged.isEmpty && !isHalfStored(obstacles)
            && !(isOpen && tellsOfLater(obstacles))
        return isCertain ? .others : .unjudged
    }

    /// Whether the rows in the way show an atomic publish as stored in some of its partitions only,
    /// which it never is: its twin's transaction is just becoming visible.
    func isHalfStored(_ obstacles: AppendObstacles) -> Bool {
        guard tails.count > 1 else { return false }
        let found = obstacles.failed.keys.count { isOfUnit($0) }
        return found > 0 && found < roles.indices.count { isOfUnit($0) }
    }

    private func isOfUnit(_ write: Int) -> Bool {
        if case .unit? = role(of: write) { true } else { false }
    }

    /// Whether an idempotency row in the way is another body's: then none of these writes was ever
    /// applied, nor can be.
    func isReused(
        _ obstacles: AppendObstacles,
        _ lanes: [AppendPlan.Lane]
    ) throws(TableError) -> Bool {
        for (index, item) in obstacles.failed {
            guard case .unit(let lane, let unit)? = role(of: index), let item else { continue }
            let body = lanes[lane].units[unit].idempotency?.bodyHash
            if try IdempotencyRow(item).bodyHash != body { return true }
        }
        return false
    }

    /// Whether an idempotency row in the way tells of events at or behind the attempt's own place:
    /// then a chunk must be there, whatever is not said of it.
    private func tellsOfLater(_ obstacles: AppendObstacles) -> Bool {
        obstacles.failed.contains { index, item in
            guard case .unit(let lane, _)? = role(of: index), let item,
                let row = try? IdempotencyRow(item),
                let place = placed.first(where: { $0.lane == lane })
            else { return false }
            return row.stored.first >= place.range.first
        }
    }

    private mutating func add(
        _ lane: AppendPlan.Lane,
        _ index: Int,
        at tail: Tail,
        _ context: AppendContext,
        _ moment: AppendPlan.Moment
    ) {
        let timestamp = max(tail.timestamp, moment.now)
        let ttl = TTL.ofChunk(
            writtenAt: moment.wall,
            retentionHours: context.retentionHours,
            after: tail.ttl,
            rules: rules
        )
        var end = tail
        for (position, records) in lane.remainingRecords.chunks().enumerated() {
            let chunk = Chunk(
                stream: context.stream,
                partition: lane.partition,
                after: end,
                records: records,
                append: append,
                timestamp: timestamp,
                ttl: ttl,
                rules: rules
            )
            writes.append(.put(chunk.item, if: rules.keep(.exactOffset) ? .notExists : nil))
            roles.append(.chunk(lane: index, isFirst: position == 0))
            end = chunk.tail
        }
        tails.append((index, end))
        place(lane, index, from: tail.next, timestamp, context, moment)
    }

    /// Gives each remaining unit its offsets, and its idempotency row.
    private mutating func place(
        _ lane: AppendPlan.Lane,
        _ index: Int,
        from first: Offset,
        _ timestamp: Timestamp,
        _ context: AppendContext,
        _ moment: AppendPlan.Moment
    ) {
        var next = first
        for (position, unit) in lane.units.enumerated() where lane.outcomes[position] == nil {
            let count = unit.records.count
            let range = StoredRange(first: next, count: count, timestamp: timestamp)
            placed.append(Placed(lane: index, unit: position, range: range))
            next = range.end
            guard let mark = unit.idempotency, rules.keep(.idempotency) else { continue }
            let row = IdempotencyRow(
                stream: context.stream,
                partition: lane.partition,
                mark: mark,
                stored: range,
                now: moment.wall
            )
            writes.append(row.write(at: moment.now))
            roles.append(.unit(lane: index, unit: position))
        }
    }
}

extension StoredRange {
    /// The offset after the last event.
    package var end: Offset { first.advanced(by: count) }
}

extension AppendPlan.Lane {
    /// The events still to be written, in order.
    fileprivate var remainingRecords: Records {
        let remaining = units.indices.filter { outcomes[$0] == nil }
        if remaining.count == 1 { return units[remaining[0]].records }
        var merged = Records()
        for index in remaining {
            merged.append(contentsOf: units[index].records)
        }
        return merged
    }
}

/// Why an ``AppendAttempt``'s transaction was cancelled, by index of its writes.
struct AppendObstacles: Sendable {
    /// Conditions that failed, each with the row in the way.
    let failed: [Int: Item?]
    /// Writes of whose rows nothing is known.
    let unjudged: Set<Int>

    init(_ failed: [Int: Item?], unjudged: Set<Int>) {
        self.failed = failed
        self.unjudged = unjudged
    }
}
