import LedgerTesting
import Testing

@testable import LedgerCore

/// Several writers append to the same partitions while answers get lost, and each is held to what it
/// says in the end.
extension AppendPlanTests {
    @Test(
        "What an append says became of its events is what the log has",
        arguments: RandomSeed.cases(150)
    )
    func randomWalk(_ seed: UInt64) throws {
        var walk = AppendWalk(seed: seed, stream: stream)
        try walk.run()
        try walk.check()
    }
}

/// A table, some writers, and calls that may be answered late or never.
private struct AppendWalk {
    /// One publish: its units, and what was said of them.
    struct Publish {
        let partitions: [Partition]
        let units: [[AppendUnit]]
        /// By partition and unit: the name in the events' keys.
        let names: [[String]]
        var result: AppendResult?
    }

    /// A write that was not answered and may be carried out later.
    struct Late {
        let writes: [Write]
        let token: TransactionToken
    }

    let seed: UInt64
    let stream: StreamRow
    var random: SeededGenerator
    var table = PlanTable()
    var publishes: [Publish] = []
    var late: [Late] = []
    /// Late enough that a request can have arrived long ago.
    var uptime: Int64 = 1_000
    var ids: UInt64 = 0

    init(seed: UInt64, stream: StreamRow) {
        self.seed = seed
        self.stream = stream
        random = SeededGenerator(seed: seed)
    }

    let patience = Duration.seconds(1)

    mutating func tick() -> AppendPlan.Tick {
        ids += 1
        let now = Timestamp(milliseconds: 1000 + uptime)
        let id = AppendID(high: 5, low: ids)
        return AppendPlan.Tick(Instant(now: now, uptime: .milliseconds(uptime)), freshID: id)
    }

    // MARK: Publishes

    /// A time ago at which a unit arrived: often it has not much patience left.
    private mutating func arrival() -> Instant {
        let ago = random.happens(0.5) ? 0 : Int64(random.number(500...960))
        return Instant(
            now: Timestamp(milliseconds: 1000 + uptime - ago),
            uptime: .milliseconds(uptime - ago)
        )
    }

    /// A unit of one to three events.
    private mutating func unit(_ name: String, isFirst: Bool) -> AppendUnit {
        var records = Records()
        for _ in 0..<random.number(1...3) {
            records.append(key: Array(name.utf8), type: Array("t".utf8), data: Array("1".utf8))
        }
        let isExpecting = isFirst && random.happens(0.1)
        return AppendUnit(
            records: records,
            expectedOffset: isExpecting ? Offset(unchecked: Int64(random.number(0...6))) : nil,
            arrived: arrival()
        )
    }

    /// A mark, and a name for the event that its key and body stand for each time.
    private mutating func mark() -> (mark: IdempotencyMark, name: String)? {
        guard random.happens(0.4) else { return nil }
        let key = random.happens(0.5) ? "a" : "b"
        let body: UInt8 = random.happens(0.8) ? 1 : 2
        return (.test(key, body: body), "\(key)\(body)")
    }

    /// An atomic publish to both partitions, or several requests to one of them.
    private mutating func makePublish() -> Publish {
        let number = publishes.count
        if random.happens(0.4) {
            let marked = mark()
            // As the service does: the same body has the same events in the same partitions.
            let name = marked?.name ?? "p\(number)"
            let arrived = arrival()
            let units = (0..<2).map { index in
                var records = Records()
                records.append(
                    key: Array("\(name)/\(index)".utf8),
                    type: Array("t".utf8),
                    data: Array("1".utf8)
                )
                return [AppendUnit(records: records, idempotency: marked?.mark, arrived: arrived)]
            }
            return Publish(
                partitions: Partition.all(2),
                units: units,
                names: [["\(name)/0"], ["\(name)/1"]]
            )
        }
        let partition = Partition.all(2)[random.number(0...1)]
        var units: [AppendUnit] = []
        var names: [String] = []
        for index in 0..<random.number(1...3) {
            let name = "p\(number)u\(index)"
            units.append(unit(name, isFirst: index == 0))
            names.append(name)
        }
        if random.happens(0.4) {
            let body: UInt8 = random.happens(0.8) ? 1 : 2
            let (marked, name) = markedUnit(to: partition, body: body)
            units.append(marked)
            names.append(name)
        }
        return Publish(partitions: [partition], units: [units], names: [names])
    }

    /// A unit whose key and body stand for the same event each time.
    private mutating func markedUnit(
        to partition: Partition,
        body: UInt8
    ) -> (AppendUnit, String) {
        let key = partition.index == 0 ? "c" : "d"
        var records = Records()
        let name = "\(key)\(body)"
        records.append(key: Array(name.utf8), type: Array("t".utf8), data: Array("1".utf8))
        let mark = IdempotencyMark.test(key, body: body)
        return (AppendUnit(records: records, idempotency: mark, arrived: arrival()), name)
    }

    private mutating func plan(of publish: Publish) throws -> AppendPlan {
        var parts: [PartitionAppend] = []
        for (partition, units) in zip(publish.partitions, publish.units) {
            var tail: Tail?
            // A cached tail, often of some time ago.
            let log = try table.log(stream.incarnation, partition)
            if random.happens(0.7) {
                tail = random.happens(0.3) ? .empty : log.randomElement(using: &random)?.tail
            }
            parts.append(PartitionAppend(partition: partition, tail: tail, units: units))
        }
        let context = AppendContext(
            stream: Observed(stream, readAt: tick().instant),
            trust: TailTrust(created: stream.created, onlySweepDeletes: true)
        )
        return AppendPlan(parts, context: context, patience: patience)
    }

    // MARK: Running

    /// Runs the publishes, three at a time; each step is one writer's.
    mutating func run() throws {
        var slots: [Int: (plan: Box, action: AppendPlan.Action)] = [:]
        let total = random.number(3...9)
        while publishes.count < total || !slots.isEmpty {
            uptime += Int64(random.number(0...40))
            if random.happens(0.2), !late.isEmpty { carryOutLate() }
            if publishes.count < total, slots.count < 3, random.happens(0.5) {
                let publish = makePublish()
                let box = Box(try plan(of: publish))
                slots[publishes.count] = (box, box.plan.start(at: tick()))
                publishes.append(publish)
                continue
            }
            guard let number = slots.keys.sorted().randomElement(using: &random),
                let (box, action) = slots[number]
            else { continue }
            if case .finish(let result) = action {
                publishes[number].result = result
                slots[number] = nil
            } else {
                slots[number] = (box, try step(box, action))
            }
        }
        while !late.isEmpty { carryOutLate() }
    }

    private mutating func step(
        _ box: Box,
        _ action: AppendPlan.Action
    ) throws -> AppendPlan.Action {
        switch action {
        case .readTails(let partitions):
            guard !random.happens(0.2) else {
                let error = TableError(.definite, reason: .unavailable, message: "read")
                return box.plan.receive(tails: .failure(error), at: tick())
            }
            let readings = try partitions.map { partition in
                let last = try table.log(stream.incarnation, partition).last
                return TailReading(newest: last.map(LogEntry.chunk), progress: nil)
            }
            return box.plan.receive(tails: .success(readings), at: tick())
        case .write(let writes, let token, _):
            return box.plan.receive(write: write(writes, token: token), at: tick())
        case .pause(let length):
            uptime += max(length.wholeMilliseconds, 1)
            return box.plan.resume(at: tick())
        case .finish: preconditionFailure("a finished publish takes no step")
        }
    }

    private mutating func write(
        _ writes: [Write],
        token: TransactionToken
    ) -> Result<TransactionOutcome, TableError> {
        let lost = TableError(.indefinite, reason: .unavailable, message: "lost")
        switch random.number(0...9) {
        case 0: return .failure(TableError(.definite, reason: .throttled, message: "busy"))
        case 1: return .failure(lost)
        case 2:
            late.append(Late(writes: writes, token: token))
            return .failure(lost)
        case 3:
            _ = table.write(writes, token: token)
            return .failure(lost)
        case 4 where writes.count > 1:
            // Another transaction is under way at some of its rows.
            return .success(
                .conditionFailed([:], unjudged: [random.number(0...(writes.count - 1))])
            )
        default:
            let outcome = table.write(writes, token: token)
            guard case .conditionFailed(var failed, _) = outcome, writes.count > 1 else {
                return .success(outcome)
            }
            // Of several reasons the engine gives some.
            var unjudged: Set<Int> = []
            for index in failed.keys.sorted() where failed.count > 1 && random.happens(0.3) {
                failed[index] = nil
                unjudged.insert(index)
            }
            return .success(.conditionFailed(failed, unjudged: unjudged))
        }
    }

    private mutating func carryOutLate() {
        let index = random.number(0...(late.count - 1))
        let write = late.remove(at: index)
        _ = table.write(write.writes, token: write.token)
    }

    // MARK: Checking

    /// The log's keys, by partition and offset.
    private func keys() throws -> [[String]] {
        try Partition.all(2).map { partition in
            var keys: [String] = []
            var tail = Tail.empty
            for chunk in try table.log(stream.incarnation, partition) {
                #expect(chunk.first == tail.next && chunk.timestamp >= tail.timestamp)
                #expect(chunk.hash == HashChain.next(previous: tail.hash, batch: chunk.batch))
                let batch = try RecordBatch.decode(chunk.batch, expecting: chunk.first)
                keys += batch.records.map { String(decoding: batch.copy($0.key), as: UTF8.self) }
                tail = chunk.tail
            }
            return keys
        }
    }

    func check() throws {
        let keys = try keys()
        var counts: [String: Int] = [:]
        for key in keys.joined() { counts[key, default: 0] += 1 }
        for publish in publishes {
            let result = try #require(publish.result)
            for (index, partition) in publish.partitions.enumerated() {
                for (unit, name) in publish.names[index].enumerated() {
                    let outcome = result.outcomes[index][unit]
                    let size = publish.units[index][unit].records.count
                    // Never twice, whatever was said.
                    #expect(counts[name, default: 0] <= size, "\(name), seed \(seed)")
                    try check(
                        outcome,
                        of: publish.units[index][unit],
                        named: name,
                        in: keys[partition.index]
                    )
                }
            }
            if publish.partitions.count > 1 {
                let stored = publish.names.map { counts[$0[0], default: 0] }
                #expect(Set(stored).count == 1, "a part of an atomic publish, seed \(seed)")
            }
        }
    }

    private func check(
        _ outcome: AppendOutcome,
        of unit: AppendUnit,
        named name: String,
        in log: [String]
    ) throws {
        let found = log.count { $0 == name }
        switch outcome {
        case .stored(let range):
            let first = Int(range.first.rawValue)
            #expect(first + range.count <= log.count, "\(name), seed \(seed)")
            guard first + range.count <= log.count else { return }
            #expect(log[first..<(first + range.count)].allSatisfy { $0 == name }, "seed \(seed)")
            #expect(range.count == unit.records.count && found == range.count, "seed \(seed)")
            if let expected = unit.expectedOffset { #expect(range.first == expected) }
        case .unknown: #expect(found == 0 || found == unit.records.count, "\(name), seed \(seed)")
        case .idempotencyKeyReused:
            #expect(unit.idempotency != nil)
            #expect(found == 0, "\(name) was stored, seed \(seed)")
        case .offsetConflict(let actual):
            #expect(unit.expectedOffset != actual)
            #expect(found == 0, "\(name) was stored, seed \(seed)")
        case .failed, .overdue:
            // A twin may have stored what this one could not.
            #expect(found == 0 || unit.idempotency != nil, "\(name) was stored, seed \(seed)")
        case .streamGone, .tailUnverified, .tooLarge, .queueFull:
            Issue.record("\(outcome) of \(name), seed \(seed)")
        }
    }
}

/// A plan that can stand in a list.
private final class Box {
    var plan: AppendPlan

    init(_ plan: consuming AppendPlan) { self.plan = plan }
}
