import LedgerBytes
import LedgerCore
import LedgerService
import LedgerTesting

/// Publishes, retries as a careful client does, and checks what it is told.
///
/// `@unchecked Sendable`: see ``World``.
final class Writer: @unchecked Sendable {
    private let name: String
    private let simulation: Simulation
    private let world: World
    private let oracle: Oracle
    private var process: SimulatedProcess
    private var ledger: Ledger
    private var count = 0
    /// By stream incarnation and key: the last acknowledged offset.
    private var acknowledged: [String: Int64] = [:]

    init(_ number: Int, in simulation: Simulation) {
        name = "w\(number)"
        self.simulation = simulation
        world = simulation.world
        oracle = simulation.oracle
        process = simulation.process()
        ledger = process.ledger(simulation)
    }

    func run() async {
        let longest = max(simulation.scenario.longestPause, .milliseconds(20))
        for _ in 0..<simulation.scenario.publishes {
            await process.pass(world.random.duration(from: .milliseconds(10), to: longest))
            if world.random.happens(0.1) { restart() }
            await publish(Order(self))
        }
    }

    private func restart() {
        process = simulation.process()
        ledger = process.ledger(simulation)
    }

    /// One publish call, whose bytes are the same in every try.
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
            let padding =
                scenario.hasLargeEvents && world.random.happens(0.5)
                ? Array(repeating: UInt8(ascii: "x"), count: Limits.eventBytes - 1024) : []
            for (key, value) in zip(keys, values) {
                add(key, value: value, padding: padding, isTombstone: world.random.happens(0.2))
            }
            if world.random.happens(0.4) {
                mark = IdempotencyMark(
                    keyHash: SHA256.digest(Array(values[0].utf8)),
                    bodyHash: SHA256.digest(batch.bytes)
                )
            }
            batch.isAtomic = world.random.happens(0.2)
        }

        private mutating func add(
            _ key: [UInt8],
            value: String,
            padding: [UInt8],
            isTombstone: Bool
        ) {
            var event = PublishBatch.Event()
            event.key = append(key)
            event.type = append(Array(value.utf8))
            if !isTombstone { event.data = append(Array("\"\(value)".utf8) + padding + [0x22]) }
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
        for attempt in 0..<5 where world.now - began < .hours(23) {
            let answers = await send(order)
            var open: LedgerError?
            for answer in answers {
                switch answer {
                case .success(let receipt): check(receipt, of: order)
                case .failure(let error): if open == nil || note(error) { open = error }
                }
            }
            guard answers.allSatisfy({ (try? $0.get()) == nil }), let error = open else { return }
            guard order.mark != nil, note(error), attempt < 4 else {
                return giveUp(order, after: error)
            }
            await process.pass(world.random.duration(from: .milliseconds(100), to: .hours(1)))
            if world.random.happens(0.2) { restart() }
        }
    }

    /// Sends it once, or, as its key allows, twice at the same time.
    private func send(_ order: Order) async -> [Result<PublishReceipt, LedgerError>] {
        let first = ledger
        guard order.mark != nil, world.random.happens(0.3) else {
            return [await send(order, to: first)]
        }
        let second = world.random.happens(0.5) ? first : simulation.process().ledger(simulation)
        return await withTaskGroup(of: Result<PublishReceipt, LedgerError>.self) { group in
            for ledger in [first, second] {
                group.addTask { [self] in await send(order, to: ledger) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func send(
        _ order: Order,
        to ledger: Ledger
    ) async -> Result<PublishReceipt, LedgerError> {
        let note = CallNote()
        let start = world.now
        let result: Result<PublishReceipt, LedgerError> =
            await CallNote.$current.withValue(note) {
                do throws(LedgerError) {
                    return .success(
                        try await ledger.publish(
                            order.batch,
                            to: simulation.stream,
                            idempotency: order.mark
                        )
                    )
                } catch {
                    return .failure(error)
                }
            }
        let took = world.now - start
        if simulation.scenario.freezing == 0, took > Self.patience {
            oracle.report("\(order.values) took \(took.wholeMilliseconds) ms", breaking: .patience)
        }
        switch result {
        case .success:
            world.trace.note("stored \(order.values)", at: world.now, process: 0, code: 2)
        case .failure(let error):
            world.trace.note(
                "publish \(order.values): \(error)",
                at: world.now,
                process: 0,
                code: 3
            )
            if order.mark != nil { await hold(error, to: note, of: order) }
        }
        return result
    }

    /// The time that a publish may take: its deadline, and the last steps, begun before it.
    private static let patience: Duration = .seconds(10 + 4 * 2)

    /// True when the events may be stored or could be soon, so that a careful client tries again.
    private func note(_ error: LedgerError) -> Bool {
        switch error {
        case .outcomeUnknown, .partialPublish: true
        case .unavailable, .throttled, .partitionBusy: true
        default: false
        }
    }

    /// Checks that events which an idempotent publish was told not to be stored are not stored by its
    /// twin either.
    private func hold(_ error: LedgerError, to note: CallNote, of order: Order) async {
        switch error {
        case .idempotencyKeyReused:
            oracle.report(
                "the key of \(order.values) was never used with another body",
                breaking: .refusals
            )
        case .partialPublish(let outcomes):
            for value in notStored(of: order, by: outcomes) {
                await oracle.denied(value, after: note.look)
            }
        case .offsetConflict, .tailUnverified, .tooLarge:
            for value in order.values { await oracle.denied(value, after: note.look) }
        case _ where error.saysNothingChanged:
            for value in order.values { await oracle.denied(value, after: note.look) }
        default: break
        }
    }

    /// Gives up an order: from now on its refused events must never turn up.
    private func giveUp(_ order: Order, after error: LedgerError) {
        // With an idempotency key an earlier try may have stored it.
        guard order.mark == nil else { return }
        switch error {
        case .outcomeUnknown: return
        // Some of its partitions may have been sealed later than others: gone all the same.
        case .streamNotFound: return
        case .unavailable(_, let mayHaveHappened) where mayHaveHappened: return
        case .partialPublish(let outcomes): notStored(of: order, by: outcomes).forEach(refuse)
        default: for value in order.values { refuse(value) }
        }
    }

    private func notStored(
        of order: Order,
        by outcomes: [LedgerError.PartitionOutcome]
    ) -> [String] {
        let partitions = outcomes.filter { $0.state == .notStored }.map(\.partition)
        return zip(order.keys, order.values).filter { partitions.contains(partition($0.0)) }
            .map(\.1)
    }

    private func partition(_ key: [UInt8]) -> Partition {
        Partitioner.partition(forKey: key, count: simulation.scenario.partitions)
    }

    private func refuse(_ value: String) {
        if oracle.isStored(value) {
            oracle.report("\(value) was refused, but it is stored", breaking: .refusals)
        }
        oracle.refused.insert(value)
    }

    private func check(_ receipt: PublishReceipt, of order: Order) {
        var next = receipt.ranges.map { $0.stored.first.rawValue }
        for (index, lane) in receipt.partitionIndexes.enumerated() {
            let partition = receipt.ranges[lane].partition
            let offset = next[lane]
            next[lane] += 1
            let places = oracle.places(of: order.values[index])
            let found = places.last { $0.partition == partition && $0.offset == offset }
            guard let found else {
                oracle.report(
                    "\(order.values[index]) is acknowledged at \(offset), and lies at "
                        + "\(places.map(\.offset))",
                    breaking: .acknowledged
                )
                continue
            }
            let place = "\(found.stream.hex)/\(order.keys[index])"
            if order.mark == nil, let before = acknowledged[place], before >= offset {
                oracle.report(
                    "\(order.values[index]) lies before what was acknowledged earlier",
                    breaking: .acknowledged
                )
            }
            acknowledged[place] = max(acknowledged[place] ?? -1, offset)
        }
        if let expected = order.batch.expectedOffset, order.mark == nil,
            receipt.ranges[0].stored.first != expected
        {
            oracle.report(
                "expected offset \(expected) became \(receipt.ranges[0].stored.first)",
                breaking: .acknowledged
            )
        }
    }
}

extension Oracle {
    /// The places of a value: in a stream and, where that was deleted meanwhile, in its successor.
    func places(
        of value: String
    ) -> [(stream: StreamIncarnation, partition: Partition, offset: Int64)] {
        (holders[value] ?? []).compactMap { group in
            guard case .log(let stream, let partition) = group,
                let event = log(of: partition, in: stream).events.last(where: { $0.value == value })
            else { return nil }
            return (stream, partition, event.offset)
        }
    }
}
