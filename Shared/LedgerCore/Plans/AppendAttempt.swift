/// The writes of one try of an ``AppendPlan``: chunks at the tails, idempotency rows beside them.
///
/// It is made once and repeated unchanged until its fate is known. `part` is always an index into
/// the plan's list of ``PartitionAppend``s.
struct AppendAttempt: Sendable {
    /// The purpose of one of the writes.
    enum Role: Sendable {
        case chunk(part: Int, isFirst: Bool)
        case unit(part: Int, unit: Int)
    }

    /// A unit's place if the attempt succeeds.
    struct Placed: Sendable {
        let part: Int
        let unit: Int
        let range: StoredRange
    }

    /// The conclusion from the rows in the way of an attempt.
    enum ConflictDecision {
        /// They are this attempt's own: it was applied before.
        case ours
        /// A seal.
        case sealed
        /// The engine did not show a row that is there, so it could be ours.
        case unseen
        /// Nothing is known of some rows, and none of the others shows that this attempt was not
        /// applied: the same bytes must be written again.
        case unjudged
        /// They are other writers', or there are none at all.
        case others
    }

    let append: AppendID
    private(set) var writes: [Write] = []
    private(set) var placed: [Placed] = []
    /// The tails that the partitions have if the attempt succeeds.
    private(set) var tails: [(part: Int, tail: Tail)] = []
    private var roles: [Role] = []
    private let rules: Rules

    init(_ parts: [PartitionAppend], context: AppendContext, at tick: AppendPlan.Tick) {
        append = tick.freshID
        rules = context.rules
        for (index, part) in parts.enumerated() where !part.isEmpty {
            guard let tail = part.tail.known else {
                preconditionFailure("an attempt is made once every tail is known")
            }
            add(part, index: index, after: tail, context: context, at: tick)
        }
    }

    func role(of write: Int) -> Role? {
        roles.indices.contains(write) ? roles[write] : nil
    }

    /// True if nothing but idempotency rows was in the way, so that the rest can go on at once.
    func isBlockedByUnitsOnly(_ failed: FailedConditions) -> Bool {
        failed.rows.keys.allSatisfy(isOfUnit)
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

    // MARK: Failed conditions

    /// Concludes from the rows in the way what became of the attempt as a whole.
    ///
    /// A foreign chunk where one of this attempt's belongs shows that it was not applied and never
    /// can be. Idempotency rows show nothing: they may be this attempt's own, or those of a twin
    /// that is storing the same events right now. With `outcomeUnknown` an earlier try of these writes
    /// may have been applied.
    func resolve(
        _ failed: FailedConditions,
        outcomeUnknown: Bool
    ) throws(TableError) -> ConflictDecision {
        var decision: ConflictDecision?
        for (index, item) in failed.rows.sorted(by: { $0.key < $1.key }) {
            guard case .chunk? = role(of: index) else { continue }
            switch try item.map(LogEntry.init) {
            case .chunk(let chunk)?:
                if chunk.append == append, rules.keep(.ownAppend) { return .ours }
                decision = decision ?? .others
            case .seal?: decision = .sealed
            case nil: if decision == nil { decision = .unseen }
            }
        }
        if let decision { return decision }
        guard rules.keep(.mixedReasons) else { return .others }
        let isCertain =
            failed.unjudged.isEmpty && !isHalfStored(failed)
            && !(outcomeUnknown && tellsOfLater(failed))
        return isCertain ? .others : .unjudged
    }

    /// True if the rows in the way show an atomic publish as stored in some of its partitions only,
    /// which it never is: its twin's transaction is just becoming visible.
    func isHalfStored(_ failed: FailedConditions) -> Bool {
        guard tails.count > 1 else { return false }
        let found = failed.rows.keys.count { isOfUnit($0) }
        return found > 0 && found < roles.indices.count { isOfUnit($0) }
    }

    private func isOfUnit(_ write: Int) -> Bool {
        if case .unit? = role(of: write) { true } else { false }
    }

    /// True if an idempotency row in the way is another body's: then none of these writes was ever
    /// applied, nor can be.
    func isReused(
        _ failed: FailedConditions,
        by parts: [PartitionAppend]
    ) throws(TableError) -> Bool {
        for (index, item) in failed.rows {
            guard case .unit(let part, let unit)? = role(of: index), let item else { continue }
            let body = parts[part].units[unit].idempotency?.bodyHash
            if try IdempotencyRow(item).bodyHash != body { return true }
        }
        return false
    }

    /// True if an idempotency row in the way tells of events at or behind the attempt's own place:
    /// then a chunk must be there, whatever is not said of it.
    private func tellsOfLater(_ failed: FailedConditions) -> Bool {
        failed.rows.contains { index, item in
            guard case .unit(let part, _)? = role(of: index), let item,
                let row = try? IdempotencyRow(item),
                let place = placed.first(where: { $0.part == part })
            else { return false }
            return row.stored.first >= place.range.first
        }
    }

    // MARK: Making it

    private mutating func add(
        _ part: PartitionAppend,
        index: Int,
        after tail: Tail,
        context: AppendContext,
        at tick: AppendPlan.Tick
    ) {
        let timestamp = max(tail.timestamp, tick.stamp)
        let ttl = TTL.ofChunk(
            writtenAt: tick.wall,
            retentionHours: context.retentionHours,
            after: tail.ttl,
            rules: rules
        )
        var end = tail
        for (position, records) in part.remainingRecords.chunks().enumerated() {
            let chunk = ChunkRow(
                stream: context.stream,
                partition: part.partition,
                after: end,
                records: records,
                append: append,
                timestamp: timestamp,
                ttl: ttl,
                rules: rules
            )
            writes.append(.put(chunk.item, if: rules.keep(.exactOffset) ? .notExists : nil))
            roles.append(.chunk(part: index, isFirst: position == 0))
            end = chunk.tail
        }
        tails.append((index, end))
        assignOffsets(
            to: part,
            index: index,
            startingAt: tail.next,
            timestamp: timestamp,
            context: context,
            at: tick
        )
    }

    /// Gives each remaining unit its offsets, and its idempotency row.
    private mutating func assignOffsets(
        to part: PartitionAppend,
        index: Int,
        startingAt first: Offset,
        timestamp: Timestamp,
        context: AppendContext,
        at tick: AppendPlan.Tick
    ) {
        var next = first
        for (position, unit) in part.units.enumerated() where part.outcomes[position] == nil {
            let count = unit.records.count
            let range = StoredRange(first: next, count: count, timestamp: timestamp)
            placed.append(Placed(part: index, unit: position, range: range))
            next = range.end
            guard let mark = unit.idempotency, rules.keep(.idempotency) else { continue }
            let row = IdempotencyRow(
                stream: context.stream,
                partition: part.partition,
                mark: mark,
                stored: range,
                now: tick.wall
            )
            writes.append(row.write(at: tick.stamp))
            roles.append(.unit(part: index, unit: position))
        }
    }
}

/// The reasons why an ``AppendAttempt`` was not applied, by index of its writes.
struct FailedConditions: Sendable {
    /// The row in the way of each write whose condition failed; nil inside: there is none to see.
    let rows: [Int: Item?]
    /// The writes of whose rows nothing is known.
    let unjudged: Set<Int>
}

extension StoredRange {
    /// The offset after the last event.
    package var end: Offset { first.advanced(by: count) }
}
