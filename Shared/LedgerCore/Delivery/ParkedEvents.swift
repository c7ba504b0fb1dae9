/// The rows of parked events that one try of a turn has read, and what becomes of them.
struct ParkedEvents: Sendable {
    private let epoch: Int64
    private let salt: DeliverySalt
    private let rules: Rules
    /// By offset; nil: there is none.
    private var rows: [Offset: ParkedRow?] = [:]
    /// Those that were asked for and are on their way again.
    private(set) var replayed: [Offset] = []
    /// Those that were asked for and are not parked.
    private(set) var notParked: [Offset] = []
    /// Those that were asked for and found no room.
    private(set) var left: [Offset] = []

    /// Nothing was read yet of the parked events of a subscription.
    init(of subscription: SubscriptionRow, delivery: SubscriptionRow.Delivery, rules: Rules) {
        epoch = subscription.epoch
        salt = delivery.salt
        self.rules = rules
    }

    /// Takes what was read at an offset.
    mutating func add(_ row: ParkedRow?, at offset: Offset) {
        rows.updateValue(row, forKey: offset)
    }

    /// True once the row at an offset was read, or it was seen that there is none.
    func isKnown(_ offset: Offset) -> Bool { rows[offset] != nil }

    /// The row at an offset; nil: there is none, or it was not read.
    subscript(offset: Offset) -> ParkedRow? { rows[offset] ?? nil }

    // MARK: Operators

    /// Takes events in that an operator asks for, as far as there is room.
    mutating func replay(_ offsets: [Offset], in draft: inout DeliveryDraft, room: Int) {
        for offset in Set(offsets).sorted() {
            let open = draft.change.row.open
            let event = open.event(at: offset)
            // Since a seek it may come from the log as well.
            let isElsewhere = event.map { $0.state != .parked && rules.keep(.replayOnce) } ?? false
            guard let content = replayable(offset), !isElsewhere else {
                notParked.append(offset)
                continue
            }
            let mayOpen = event != nil || open.events.count < draft.change.policy.maxOpen
            guard replayed.count < room, mayOpen else {
                left.append(offset)
                continue
            }
            let key = content.key.utf8.withUnsafeBytes { KeyHash(of: $0, salt: salt) }
            draft.change.replay(offset, of: key)
            replayed.append(offset)
        }
    }

    /// The event of a row that is parked and may be asked for.
    private func replayable(_ offset: Offset) -> ParkedRow.Content? {
        guard let row = self[offset],
            row.isParked(in: epoch) || (row.isKept && !rules.keep(.replayOnce))
        else { return nil }
        return row.content
    }

    /// Drops a parked event for good.
    func discard(_ offset: Offset, in draft: inout DeliveryDraft) throws(Refusal) {
        let partition = draft.change.row.partition
        guard let row = self[offset], row.isKept else { throw .parkedNotFound(partition, offset) }
        guard row.isParked(in: epoch) else { throw .replaying(partition, offset) }
        draft.change.discard(offset)
    }

    // MARK: Writing

    /// The events that are being parked and were parked already: since a seek they come again.
    func parkedBefore(_ parkings: [Parking]) -> Int {
        parkings.filter { !$0.event.isReplay && self[$0.event.offset]?.isKept == true }.count
    }

    /// The writes of the rows of events that are parked, or no longer, with the partition's own.
    ///
    /// - Parameters:
    ///   - change: The change of the partition's row.
    ///   - task: What the call is to do.
    ///   - pool: The data of the events that are being parked.
    /// - Returns: The writes, each in place of what was read.
    func writes(
        of change: DeliveryChange,
        doing task: DeliveryTask,
        from pool: EventPool
    ) -> [Write] {
        let parked = change.parkings.map { parking in
            let former = self[parking.event.offset]
            let row = ParkedRow(
                parking.event.offset,
                of: change.row,
                content: content(of: parking, from: pool),
                because: parking.entry,
                after: former
            )
            return row.write(after: former, rules: rules)
        }
        let done = change.finishedReplays + [task.discard].compactMap(\.self)
        let gone = done.compactMap { self[$0] }.map { row in
            row.gone(at: change.now).write(after: row, rules: rules)
        }
        let asked = replayed.compactMap { self[$0] }.map { row in
            row.replaying(in: epoch, by: task.replay?.asker ?? "", at: change.now)
                .write(after: row, rules: rules)
        }
        return parked + gone + asked
    }

    private func content(of parking: Parking, from pool: EventPool) -> ParkedRow.Content? {
        guard parking.hasContent, !parking.event.isReplay else { return nil }
        return pool.place(of: parking.event.offset).flatMap { pool.content(at: $0) }
    }
}

extension ParkedRow {
    /// Its event; damage as a plan's error.
    func record(_ content: Content) throws(Refusal) -> Record {
        do throws(BatchError) {
            return try Record.decode(content.record)
        } catch {
            throw .table(damagedRecord)
        }
    }
}
