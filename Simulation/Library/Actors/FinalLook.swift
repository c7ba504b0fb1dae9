import LedgerCore
import LedgerService
import LedgerTesting

/// The last look at a history: once faults have stopped, everything works and adds up.
struct FinalLook {
    private let simulation: Simulation

    init(_ simulation: Simulation) {
        self.simulation = simulation
    }

    func run() async {
        let process = simulation.start()
        let ledger = process.ledger(simulation)
        await ledger.sweep()
        guard let stream = await stream() else {
            return simulation.oracle.report("no stream", breaking: .progress)
        }
        // The sweeps were away for too long: an operator's case, and no promise is broken.
        guard await publish(through: ledger, to: stream) else { return await checkNeglect(stream) }
        await ledger.sweep()
        for partition in stream.partitions {
            let log = simulation.oracle.log(of: partition, in: stream.incarnation)
            if log.watermark != log.tail.next.rawValue {
                simulation.oracle.report(
                    "partition \(partition.index): swept up to \(log.watermark) of "
                        + "\(log.tail.next.rawValue)",
                    breaking: .progress
                )
            }
        }
        await Consumer(90, in: simulation).finish()
        if let group = simulation.scenario.group {
            await GroupFinale(group, of: stream, in: simulation).run()
        }
        if let delivery = simulation.scenario.delivery {
            await DeliveryFinale(delivery, of: stream, in: simulation).run()
        }
    }

    private func stream() async -> StreamRow? {
        guard let item = try? await simulation.store.get(.stream(simulation.stream)) else {
            return nil
        }
        return try? StreamRow(item)
    }

    /// Publishes to every partition, which a calm ledger takes unless only an operator can tell where a
    /// log ends.
    ///
    /// - Returns: false in that case.
    private func publish(through ledger: Ledger, to stream: StreamRow) async -> Bool {
        var batch = PublishBatch(bytes: [])
        // Keys enough to reach every partition.
        for number in 0..<40 {
            var event = PublishBatch.Event()
            event.key = batch.append("k\(number)")
            event.type = batch.append("last-\(number)")
            event.data = batch.append("{}")
            batch.events.append(event)
        }
        do throws(LedgerError) {
            _ = try await ledger.publish(batch, to: stream.id, idempotency: nil)
        } catch {
            switch error {
            case .tailUnverified: return false
            case .partialPublish(let parts) where !parts.contains { $0.state == .unknown }:
                return false
            default:
                simulation.oracle.report(
                    "a calm ledger refuses a publish: \(error)",
                    breaking: .progress
                )
            }
        }
        return true
    }

    private func checkNeglect(_ stream: StreamRow) async {
        let now = SimulatedClock.beginning.advanced(by: simulation.world.now)
        for partition in stream.partitions {
            let key = TableKey.progress(stream.incarnation, partition)
            let progress = try? await simulation.store.get(key)
            let swept =
                progress?.number(.swept).map(Timestamp.init(milliseconds:)) ?? stream.created
            if now - swept > .hours(46) { return }
        }
        simulation.oracle.report(
            "a tail is not trusted although every partition was swept",
            breaking: .progress
        )
    }
}

extension PublishBatch {
    /// Adds text to the bytes and returns where it is.
    mutating func append(_ text: String) -> Range<Int> {
        bytes += Array(text.utf8)
        return bytes.count - text.utf8.count..<bytes.count
    }
}
