import LedgerCore
import LedgerService
import LedgerTesting

/// Publishes, retries as a careful client does, and checks what it is told.
final class Writer: @unchecked Sendable {
    private let name: String
    private let simulation: Simulation
    private let world: World
    private let truth: Truth
    private var process: SimulatedProcess
    private var ledger: Ledger
    private var count = 0
    /// By stream incarnation and key: the last acknowledged offset.
    private var acknowledged: [String: Int64] = [:]

    init(_ number: Int, _ simulation: Simulation) {
        name = "w\(number)"
        self.simulation = simulation
        world = simulation.world
        truth = simulation.truth
        process = simulation.process()
        ledger = process.ledger(simulation)
    }

    func run() async {
        let longest = max(simulation.scenario.longestPause, 20)
        for _ in 0..<simulation.scenario.publishes {
            await process.pass(world.random.duration(10, longest))
            if world.random.happens(0.1) { restart() }
            await publish(Order(self))
        }
    }

    private func restart() {
        process = simulation.process()
        ledger = process.ledger(simulation)
    }

    /// A publish call: what is sent is the same in every try.
    private struct Order {
        var batch = PublishBatch(bytes: [])
        var values: [String] = []
        var keys: [[UInt8]] = []
        var mark: IdempotencyMark?

        init(_ writer: Writer) {
            let world = writer.world
            let scenario = writer.simulation.scenario
            for _ in 0..<(1 + world.random.index(4)) {
                writer.count += 1
                values.append("\(writer.name)-\(writer.count)")
                keys.append(Array("k\(world.random.index(scenario.keys))".utf8))
            }
            for (key, value) in zip(keys, values) {
                add(key, value, isTombstone: world.random.happens(0.2))
            }
            if world.random.happens(0.4) {
                mark = IdempotencyMark(
                    keyHash: SHA256.hexDigest(Array(values[0].utf8)),
                    bodyHash: SHA256.digest(batch.bytes)
                )
            }
            batch.isAtomic = world.random.happens(0.2)
        }

        private mutating func add(_ key: [UInt8], _ value: String, isTombstone: Bool) {
            var event = PublishBatch.Event()
            event.key = append(key)
            event.type = append(Array(value.utf8))
            if !isTombstone { event.data = append(Array("{\"v\":\"\(value)\"}".utf8)) }
            batch.events.append(event)
        }

        private mutating func append(_ bytes: [UInt8]) -> Range<Int> {
            batch.bytes += bytes
            return batch.bytes.count - bytes.count..<batch.bytes.count
        }
    }

    private func publish(_ order: Order) async {
        var order = order
        if simulation.scenario.partitions == 1, world.random.happens(0.15) {
            order.batch.expectedOffset = try? await ledger.describeStream(simulation.stream)
                .partitions[0].next
        }
        let began = world.now
        // A key is good for a day.
        for attempt in 0..<5 where world.now - began < 23 * 3_600_000 {
            do throws(LedgerError) {
                let receipt = try await ledger.publish(
                    order.batch,
                    to: simulation.stream,
                    idempotency: order.mark
                )
                world.trace.note(world.now, process.number, 2, "stored \(order.values)")
                return check(receipt, order)
            } catch {
                world.trace.note(world.now, process.number, 3, "publish: \(error)")
                let isOpen = note(error, order)
                guard order.mark != nil, isOpen, attempt < 4 else { return giveUp(error, order) }
            }
            await process.pass(world.random.duration(100, 3_600_000))
            if world.random.happens(0.2) { restart() }
        }
    }

    /// Whether the events may be stored, so that a careful client tries again.
    private func note(_ error: LedgerError, _ order: Order) -> Bool {
        switch error {
        case .outcomeUnknown, .partialPublish: true
        case .unavailable, .throttled: true
        default: false
        }
    }

    /// What was refused must never turn up.
    private func giveUp(_ error: LedgerError, _ order: Order) {
        // With an idempotency key an earlier try may have stored it.
        guard order.mark == nil else { return }
        switch error {
        case .outcomeUnknown: return
        // Some of its partitions may have been sealed later than others: gone all the same.
        case .streamNotFound: return
        case .unavailable(_, let mayHaveHappened) where mayHaveHappened: return
        case .partialPublish(let outcomes): refuse(order, outcomes)
        default: for value in order.values { refuse(value) }
        }
    }

    private func refuse(_ order: Order, _ outcomes: [LedgerError.PartitionOutcome]) {
        for outcome in outcomes where outcome.state == .notStored {
            for (key, value) in zip(order.keys, order.values)
            where partition(key) == outcome.partition {
                refuse(value)
            }
        }
    }

    private func partition(_ key: [UInt8]) -> Partition {
        Partitioner.partition(forKey: key, count: simulation.scenario.partitions)
    }

    private func refuse(_ value: String) {
        if truth.isStored(value) { truth.violate("\(value) was refused, but it is stored") }
        truth.refused.insert(value)
    }

    private func check(_ receipt: PublishReceipt, _ order: Order) {
        var next = receipt.ranges.map { $0.stored.first.rawValue }
        for (index, lane) in receipt.lanes.enumerated() {
            let partition = receipt.ranges[lane].partition
            let offset = next[lane]
            next[lane] += 1
            guard let (stream, event) = truth.find(order.values[index]) else {
                truth.violate("\(order.values[index]) is acknowledged, but not stored")
                continue
            }
            if event.offset != offset || stream.partition != partition {
                truth.violate("\(order.values[index]) lies at \(event.offset), not \(offset)")
            }
            let place = "\(stream.stream.hex)/\(order.keys[index])"
            if order.mark == nil, let before = acknowledged[place], before >= offset {
                truth.violate("\(order.values[index]) lies before what was acknowledged earlier")
            }
            acknowledged[place] = max(acknowledged[place] ?? -1, offset)
        }
        if let expected = order.batch.expectedOffset, order.mark == nil,
            receipt.ranges[0].stored.first != expected
        {
            truth.violate("expected offset \(expected) became \(receipt.ranges[0].stored.first)")
        }
    }
}

extension Truth {
    /// Where a value is stored, last of all.
    func find(_ value: String) -> ((stream: Incarnation, partition: Partition), Event)? {
        guard case .log(let stream, let partition)? = holders[value]?.last,
            let event = log(stream, partition).events.last(where: { $0.value == value })
        else { return nil }
        return ((stream, partition), event)
    }
}
