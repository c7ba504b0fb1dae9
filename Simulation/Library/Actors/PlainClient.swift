import LedgerCore
import LedgerService
import LedgerTesting

/// A client that knows nothing of groups, and polls and commits the subscription of one.
///
/// `@unchecked Sendable`: see ``World``.
final class PlainClient: @unchecked Sendable {
    private let group: GroupScenario
    private let simulation: Simulation
    private let world: World
    private let oracle: Oracle

    init(of group: GroupScenario, in simulation: Simulation) {
        self.group = group
        self.simulation = simulation
        world = simulation.world
        oracle = simulation.oracle
    }

    func run() async {
        let process = simulation.process()
        let ledger = process.ledger(simulation)
        let longest = group.longestPause * 3
        for _ in 0..<group.polls / 3 {
            await process.pass(world.random.duration(from: .milliseconds(20), to: longest))
            await step(through: ledger, of: process)
        }
    }

    private func step(through ledger: Ledger, of process: SimulatedProcess) async {
        do throws(LedgerError) {
            let page = try await ledger.subscriptions.poll(
                GroupRecord.subscription,
                of: simulation.stream,
                cursor: nil,
                limit: 1 + world.random.index(6),
                wait: .zero
            )
            take(page)
            await process.pass(world.random.duration(from: .milliseconds(10), to: group.session))
            let stream = simulation.stream
            try await simulation.hold("a plain commit", by: GroupRecord.plainClient) {
                () async throws(LedgerError) in
                try await ledger.subscriptions.commit(
                    GroupRecord.subscription,
                    of: stream,
                    cursor: page.cursor
                )
            }
        } catch {
            world.trace.note("plain: \(error)", at: world.now, process: process.number, code: 14)
        }
    }

    private func take(_ page: SubscriptionPage) {
        guard let cursor = oracle.groups.plainCursor(page.cursor) else {
            return oracle.report("a cursor that is none of the subscription's", breaking: .cursors)
        }
        for event in page.page.events {
            let lane = GroupRecord.Lane(
                subscription: cursor.subscription,
                partition: event.partition
            )
            let span = GroupRecord.Span(lane: lane, epoch: cursor.epoch, lease: nil)
            oracle.groups.hand([event.offset.rawValue], in: span)
        }
    }
}
