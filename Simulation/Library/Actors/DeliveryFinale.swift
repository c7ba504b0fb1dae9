import LedgerCore
import LedgerService
import LedgerTesting

/// The last look at a delivery: in calm every event is acknowledged, also those that were parked, and
/// nothing is left open.
struct DeliveryFinale {
    /// The longest that it takes: leases and pauses of before may end five minutes late.
    private static let patience: Duration = .hours(2)

    private let delivery: DeliveryScenario
    private let stream: StreamRow
    private let simulation: Simulation

    init(_ delivery: DeliveryScenario, of stream: StreamRow, in simulation: Simulation) {
        self.delivery = delivery
        self.stream = stream
        self.simulation = simulation
    }

    func run() async {
        let world = simulation.world
        let receiver = Receiver(90, of: delivery, in: simulation)
        let helper = Operator(of: delivery, in: simulation)
        let end = world.now + Self.patience
        while world.now < end {
            await world.sleep(world.random.duration(from: .milliseconds(10), to: .seconds(5)))
            let limit = world.random.pick([1, 10, 50])
            let page = await receiver.step(limit: limit, wait: simulation.scenario.wait)
            if let page { check(page) }
            guard page?.lease == nil else { continue }
            await helper.replayAll()
            if isDone { return }
        }
        simulation.oracle.report("a delivery is never done: \(left)", breaking: .progress)
    }

    /// In calm an empty page says why it is empty.
    private func check(_ page: ReceivedPage) {
        // A call does not look through any number of large events.
        guard !simulation.scenario.hasLargeEvents else { return }
        guard page.lease == nil, !page.isDrained, page.parts.allSatisfy(\.blocks.isEmpty),
            page.parts.allSatisfy({ $0.parkings == 0 })
        else { return }
        simulation.oracle.report("an empty page, and events are left", breaking: .progress)
    }

    private var rows: [DeliveryRow?] {
        stream.partitions.map { simulation.oracle.deliveryRow(of: $0, in: stream.incarnation) }
    }

    private var isDone: Bool {
        zip(stream.partitions, rows).allSatisfy { partition, row in
            let log = simulation.oracle.log(of: partition, in: stream.incarnation)
            guard let row else {
                return simulation.oracle.deliveryStart(of: partition, in: stream.incarnation)
                    == log.tail.next
            }
            return row.scanned == log.tail.next && row.open.isEmpty && row.parked == 0
        }
    }

    private var left: [String] {
        rows.map { row in
            guard let row else { return "nothing was looked at" }
            let states = row.open.events.map { "\($0.offset.rawValue) \($0.state)" }
            return "\(states), \(row.open.rests.count) rests, \(row.parked) parked"
        }
    }
}
