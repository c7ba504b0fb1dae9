import LedgerCore
import Synchronization

/// Serialises this process's changes of each delivery's row, so that only processes conflict.
///
/// Whoever has its turn gets the row as the one before left it, and need not read it again.
final class DeliveryLanes: Sendable {
    private struct Lane: Hashable {
        let subscription: SubscriptionIncarnation
        let partition: Partition
    }

    private typealias Turn = CheckedContinuation<DeliveryRow?, Never>

    /// By lane that is taken, those who wait for it, in the order of their arrival.
    private let lanes = Mutex<[Lane: [Turn]]>([:])

    /// Runs `body` while nobody else of this process changes the row.
    ///
    /// - Parameters:
    ///   - partition: The partition.
    ///   - subscription: The subscription.
    ///   - body: Gets the row that the one before has left, nil if it is not known, and returns the
    ///     one that it leaves.
    /// - Returns: What `body` does.
    func withTurn<Success>(
        at partition: Partition,
        of subscription: SubscriptionIncarnation,
        _ body: (DeliveryRow?) async -> (Success, left: DeliveryRow?)
    ) async -> Success {
        let lane = Lane(subscription: subscription, partition: partition)
        let row = await take(lane)
        let (result, left) = await body(row)
        pass(lane, with: left)
        return result
    }

    private func take(_ lane: Lane) async -> DeliveryRow? {
        await withCheckedContinuation { turn in
            let isFree = lanes.withLock { lanes in
                guard lanes[lane] != nil else {
                    lanes[lane] = []
                    return true
                }
                lanes[lane]?.append(turn)
                return false
            }
            if isFree { turn.resume(returning: nil) }
        }
    }

    private func pass(_ lane: Lane, with row: DeliveryRow?) {
        let next: Turn? = lanes.withLock { lanes in
            guard lanes[lane]?.isEmpty == false else {
                lanes[lane] = nil
                return nil
            }
            return lanes[lane]?.removeFirst()
        }
        next?.resume(returning: row)
    }
}
