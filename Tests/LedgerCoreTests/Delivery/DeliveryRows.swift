import LedgerTesting

@testable import LedgerCore

/// The rows and logs of a subscription whose events are acknowledged one by one, for turns to work
/// on: nothing is concurrent, and a test decides which answers get lost.
struct DeliveryRows {
    /// The answer of the table to a turn's writes.
    typealias Writing =
        (inout DeliveryRows, [Write]) throws -> Result<TransactionOutcome, TableError>

    static let salt = DeliverySalt(high: 5, low: 6)
    static let lost = TableError(.indefinite, reason: .unavailable, message: "test")

    let stream: StreamRow
    var subscription: SubscriptionRow
    var table = PlanTable()
    var now = PlanRows.now
    /// By partition, the keys of its events.
    var logs: [[String]]
    /// By partition, the first event that its log still has.
    var earliest: [Int64]
    /// The keys that the subscription's filter lets through; nil: all.
    var filter: Set<String>?
    /// The size of an event's data, bytes.
    var dataBytes: (Int64) -> Int = { _ in 1 }
    /// True for data that compression makes no smaller.
    var isRandom = false
    /// The events that one read of a log looks at, at most.
    var readEntries = 1_000
    /// The turns so far.
    private var turns: UInt64 = 0
    /// The reads of logs so far.
    var reads = 0
    /// What happens before each read of a log.
    var onRead: (inout DeliveryRows) -> Void = { _ in }

    /// A subscription of a stream whose partitions have events with these keys, one letter each.
    init(_ logs: String..., policy: DeliveryPolicy = DeliveryPolicy()) {
        self.init(logs: logs.map { $0.map(String.init) }, policy: policy)
    }

    init(logs: [[String]], policy: DeliveryPolicy) {
        self.logs = logs
        earliest = logs.map { _ in 0 }
        stream = .test(partitions: logs.count)
        let start = SubscriptionRow.test(at: logs.map { _ in .log(.zero) })
        subscription = start.delivering(by: SubscriptionRow.Delivery(policy, salt: Self.salt))
    }

    var policy: DeliveryPolicy {
        get { subscription.delivery?.policy ?? DeliveryPolicy() }
        set {
            let delivery = SubscriptionRow.Delivery(newValue, salt: Self.salt)
            subscription = subscription.delivering(by: delivery)
        }
    }

    static func hash(_ key: String) -> KeyHash {
        Array(key.utf8).withUnsafeBytes { KeyHash(of: $0, salt: salt) }
    }

    // MARK: Rows

    func key(_ index: Int = 0) -> TableKey {
        .position(
            stream: subscription.stream,
            subscription: subscription.incarnation,
            partition(index)
        )
    }

    /// The row of a partition, of whatever epoch; nil: there is none, or a position in its place.
    func row(_ index: Int = 0) throws -> DeliveryRow? {
        try table.rows[key(index)].flatMap { try DeliveryRow.ifMeant($0) }
    }

    func parked(_ value: Int64, in index: Int = 0) throws -> ParkedRow? {
        try table.rows[parkedKey(value, in: index)].map { try ParkedRow($0) }
    }

    func parkedKey(_ value: Int64, in index: Int = 0) -> TableKey {
        .parked(
            stream: subscription.stream,
            subscription: subscription.incarnation,
            partition(index),
            offset(value)
        )
    }

    /// The offsets of a partition's parked events, those that are on their way again included.
    func parkedOffsets(_ index: Int = 0) throws -> [Int64] {
        let group = RowGroup.parked(subscription.stream, subscription: subscription.incarnation)
        return try table.items(of: group).map { try ParkedRow($0) }
            .filter { $0.isKept && $0.partition == partition(index) }.map(\.offset.rawValue)
    }

    func state() throws -> SubscriptionState {
        let group = RowGroup.positions(
            subscription.stream,
            subscription: subscription.incarnation
        )
        return try SubscriptionState(
            stream: stream,
            subscription: subscription,
            items: table.items(of: group)
        ) ?? SubscriptionState(stream: stream, subscription: subscription, positions: [])
    }

    /// All that is unfinished of a partition, in words; a number that was never seen has no row.
    func words(_ index: Int = 0) throws -> String {
        guard let row = try row(index) else { return "nothing" }
        return Self.words(row, keys: Set(logs[index]))
    }

    /// Such as `3 | 0a held 7 x1, 1b ready x0 | c>2 x1`: scanned up to, events, rests.
    static func words(_ row: DeliveryRow, keys: Set<String>) -> String {
        let names = Dictionary(uniqueKeysWithValues: keys.map { (hash($0), $0) })
        let rests = row.open.rests.sorted { $0.from < $1.from }.map { rest in
            "\(names[rest.key] ?? "?")>\(rest.from.rawValue) x\(rest.count)"
        }
        return "\(row.scanned.rawValue) | \(words(row.open.events, keys: keys))"
            + " | \(rests.joined(separator: ", "))"
    }

    static func words(_ events: [OpenEvent], keys: Set<String>) -> String {
        let names = Dictionary(uniqueKeysWithValues: keys.map { (hash($0), $0) })
        let events = events.map { event in
            let state =
                switch event.state {
                case .held(let lease): "held \(lease.rawValue)"
                case .ready: "ready"
                case .waiting: "waiting"
                case .parked: "parked"
                }
            let replay = event.isReplay ? " again" : ""
            let name = names[event.key] ?? "?"
            return "\(event.offset.rawValue)\(name) \(state) x\(event.deliveries)\(replay)"
        }
        return events.joined(separator: ", ")
    }

    // MARK: The log

    /// Appends events with these keys, one letter each.
    mutating func append(_ keys: String, to index: Int = 0) {
        logs[index] += keys.map(String.init)
    }

    /// A page of a log as a shell gets it; throws what the shell does.
    func page(
        of index: Int,
        from start: Offset,
        limit: Int,
        isFiltered: Bool
    ) throws(Refusal) -> EventPage {
        let (log, first) = (logs[index], Int(start.rawValue))
        guard start.rawValue >= earliest[index] else {
            throw .offsetExpired(partition(index), earliest: offset(earliest[index]))
        }
        guard first <= log.count else {
            throw .positionBeyondTail(
                partition(index),
                position: start,
                tail: offset(Int64(log.count))
            )
        }
        var (page, records, next) = (EventPage(), Records(), first)
        while next < log.count, next - first < readEntries {
            let isWanted = !isFiltered || filter?.contains(log[next]) ?? true
            guard !isWanted || page.events.count < limit else { break }
            if isWanted { page.events.append(event(at: next, of: index, behind: first)) }
            records.append(
                key: Array(log[next].utf8),
                type: Array("t".utf8),
                data: data(of: Int64(next))
            )
            next += 1
        }
        page.positions = PartitionPositions(
            [partition(index)],
            values: [.log(offset(Int64(next)))]
        )
        (page.caughtUp, page.remaining) = (next == log.count, next == log.count ? 0 : 1)
        page.scanned = next - first
        guard next > first else { return page }
        let bytes = RecordBatch.encode(records, baseOffset: start, timestamp: PlanRows.now)
        do throws(BatchError) {
            page.batches = [try RecordBatch.decode(bytes, expecting: start)]
        } catch {
            preconditionFailure("\(error)")
        }
        page.decodedBytes = RecordBatch.claimedPayload(of: bytes)
        return page
    }

    private func data(of value: Int64) -> [UInt8] {
        guard isRandom else { return [UInt8](repeating: 0x31, count: dataBytes(value)) }
        var random = CodecRandom(seed: UInt64(value))
        return random.bytes(dataBytes(value))
    }

    private func event(at next: Int, of index: Int, behind first: Int) -> EventPage.Event {
        EventPage.Event(
            partition: partition(index),
            offset: offset(Int64(next)),
            source: .log(batch: 0, record: next - first)
        )
    }

    // MARK: Turns

    /// Does a task at a partition.
    ///
    /// - Parameters:
    ///   - task: The task.
    ///   - index: The partition.
    ///   - row: The row that it begins with; nil: the one that is stored.
    ///   - isOver: True for a timer that is over.
    ///   - writing: The table's answer to its writes.
    /// - Returns: What was delivered.
    /// - Throws: The refusal that ended the turn.
    mutating func turn(
        _ task: DeliveryTask,
        in index: Int = 0,
        from row: DeliveryRow? = nil,
        isOver: @escaping (Timer) -> Bool = { _ in false },
        writing: Writing = { .success(try $0.apply($1)) }
    ) throws -> Delivered {
        turns += 1
        var turn = DeliveryTurn(
            of: subscription,
            in: partition(index),
            doing: task,
            rules: .all,
            now: now,
            // So far apart that no two tries have the same number.
            chance: turns << 8,
            isOver: isOver
        )
        var action = turn.start(with: try row ?? self.row(index))
        while true {
            switch action {
            case .readLog(let start, let limit, let isFiltered):
                reads += 1
                onRead(&self)
                do throws(Refusal) {
                    let page = try page(
                        of: index,
                        from: start,
                        limit: limit,
                        isFiltered: isFiltered
                    )
                    action = turn.receive(log: page)
                } catch {
                    guard case .offsetExpired(_, let earliest) = error else { throw error }
                    action = turn.receive(earliest: earliest)
                }
            case .readParked(let keys):
                action = turn.receive(parked: keys.map { .success(table.rows[$0]) })
            case .readRow(let key, _):
                let row = Result<Item?, TableError>.success(table.rows[key])
                action = turn.receive(row: row, now: now, isOver: isOver)
            case .write(let writes): action = turn.receive(written: try writing(&self, writes))
            case .finish(let delivered): return delivered
            case .fail(let refusal): throw refusal
            }
        }
    }

    /// Applies writes as an engine does, limits included.
    mutating func apply(_ writes: [Write]) throws -> TransactionOutcome {
        if writes.count == 1 { try writes[0].checkAlone() } else { try writes.checkTransaction() }
        return table.write(writes)
    }

    /// A consumer receives under the lease of this number.
    mutating func receive(
        _ lease: UInt64 = 1,
        limit: Int = 10,
        in index: Int = 0,
        for consumer: String = "c",
        bytes: Int = Limits.pageBytes,
        with verdicts: Verdicts? = nil,
        isOver: @escaping (Timer) -> Bool = { _ in false },
        writing: Writing = { .success(try $0.apply($1)) }
    ) throws -> Delivered {
        let request = DeliveryTask.Request(
            under: LeaseID(rawValue: lease),
            for: consumer,
            limit: limit,
            bytes: bytes
        )
        let task = DeliveryTask(verdicts: verdicts, request: request)
        return try turn(task, in: index, isOver: isOver, writing: writing)
    }

    /// A consumer gives verdicts on what the lease of this number holds.
    @discardableResult
    mutating func settle(
        _ lease: UInt64 = 1,
        _ events: [Int64: Verdict] = [:],
        acksOthers: Bool = false,
        lasting: Duration? = nil,
        in index: Int = 0,
        writing: Writing = { .success(try $0.apply($1)) }
    ) throws -> Delivered {
        let granted = try row(index)?.open.lease(LeaseID(rawValue: lease))?.granted
        let verdicts = Self.verdicts(
            lease,
            events,
            acksOthers: acksOthers,
            lasting: lasting,
            granted: granted ?? now
        )
        return try turn(DeliveryTask(verdicts: verdicts), in: index, writing: writing)
    }

    static func verdicts(
        _ lease: UInt64 = 1,
        _ events: [Int64: Verdict] = [:],
        acksOthers: Bool = false,
        lasting: Duration? = nil,
        granted: Timestamp = PlanRows.now
    ) -> Verdicts {
        Verdicts(
            of: LeaseGrant(of: LeaseID(rawValue: lease), at: granted),
            events: Dictionary(uniqueKeysWithValues: events.map { (offset($0.key), $0.value) }),
            acksOthers: acksOthers,
            lasting: lasting
        )
    }

    /// An operator asks for parked events.
    @discardableResult
    mutating func replay(
        _ offsets: [Int64],
        in index: Int = 0,
        writing: Writing = { .success(try $0.apply($1)) }
    ) throws -> Delivered {
        let replay = DeliveryTask.Replay(of: offsets.map { offset($0) }, by: "op")
        return try turn(DeliveryTask(replay: replay), in: index, writing: writing)
    }
}

extension Delivered {
    /// The offsets of the events that were handed out.
    var offsets: [Int64] { events.map(\.event.offset.rawValue) }

    /// The verdicts that reached nothing, in words.
    var missed: [String] { notHeld.map { "\($0.offset.rawValue) \($0.reason.rawValue)" } }
}

extension Verdict {
    /// A failure whose pause is the policy's.
    static let failed = Verdict.nack(after: nil, reason: "")
    static let refused = Verdict.reject(reason: "")
}
