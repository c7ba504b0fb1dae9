import LedgerCore
import Synchronization

/// The appenders of this process, by stream incarnation and partition.
///
/// Bounded: others delete streams without telling, so those that nobody uses and that know nothing
/// of use any more are let go when there are many. Two appenders of one partition do no harm: they
/// are two writers, as two processes are.
final class Appenders: Sendable {
    private struct Key: Hashable {
        let stream: Incarnation
        let partition: Partition
    }

    private struct State {
        var appenders: [Key: PartitionAppender] = [:]
        /// At so many those out of use are let go; more than the limit while all are in use.
        var bound = Limits.appenders
    }

    private let state = Mutex(State())
    /// Held while atomic publishes get in line, so that any two of them stand in the same order
    /// in all queues and never wait for each other.
    private let order = Mutex(())

    /// How many there are.
    var count: Int { state.withLock { $0.appenders.count } }

    func appender(
        _ stream: StreamRow,
        _ partition: Partition,
        in ledger: Ledger
    ) -> PartitionAppender {
        let key = Key(stream: stream.incarnation, partition: partition)
        return state.withLock { state in
            if let appender = state.appenders[key] { return appender }
            if state.appenders.count >= state.bound {
                state.appenders = state.appenders.filter { !$0.value.isIdle(ledger.clock) }
                state.bound = max(Limits.appenders, state.appenders.count * 2)
            }
            let appender = PartitionAppender(
                stream: stream.id,
                partition: partition,
                patience: ledger.configuration.appendDeadline
            )
            state.appenders[key] = appender
            return appender
        }
    }

    /// Puts an atomic publish in line at all these appenders at once.
    ///
    /// - Returns: Its place in each.
    func line(up appenders: [PartitionAppender], arrived: Instant) -> [AppendTurn] {
        order.withLock { _ in
            appenders.map { appender in
                let turn = AppendTurn()
                appender.add(turn, arrived: arrived)
                return turn
            }
        }
    }

    /// Lets go of a deleted stream's appenders.
    ///
    /// Those in use live on until they are done.
    func forget(_ stream: StreamRow) {
        state.withLock { state in
            for partition in stream.partitions {
                state.appenders[Key(stream: stream.incarnation, partition: partition)] = nil
            }
        }
    }
}
