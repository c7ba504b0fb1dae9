import LedgerCore
import Synchronization

/// The appenders of this process, by stream incarnation and partition.
final class Appenders: Sendable {
    private struct Key: Hashable {
        let stream: Incarnation
        let partition: Partition
    }

    private let appenders = Mutex<[Key: PartitionAppender]>([:])

    func appender(_ stream: StreamRow, _ partition: Partition) -> PartitionAppender {
        let key = Key(stream: stream.incarnation, partition: partition)
        return appenders.withLock { appenders in
            if let appender = appenders[key] { return appender }
            let appender = PartitionAppender(stream: stream.id, partition: partition)
            appenders[key] = appender
            return appender
        }
    }

    /// Lets go of a deleted stream's appenders.
    ///
    /// Those in use live on until they are done.
    func forget(_ stream: StreamRow) {
        appenders.withLock { appenders in
            for partition in stream.partitions {
                appenders[Key(stream: stream.incarnation, partition: partition)] = nil
            }
        }
    }
}
