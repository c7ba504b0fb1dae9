import LedgerCore
import Synchronization

/// Wakes those who wait for events, once this process knows of any: it appended them itself, or
/// looked for what others appended.
final class AppendSignals: Sendable {
    /// The end of a wait.
    enum News: Hashable, Sendable {
        /// Events beyond the guest's stand.
        case events
        /// A move or the end of the stream or the subscription.
        case change
        /// No news: the time is over, or the caller is gone.
        case nothing
        /// No news, and no more waiting: the process stops.
        case end
    }

    /// A reader between ``join(_:subscription:)`` and ``leave(_:)``.
    struct Guest: Hashable, Sendable {
        let stream: StreamID
        fileprivate let id: UInt64
    }

    /// The offsets to which a guest has read.
    struct Stand: Sendable {
        let stream: StreamIncarnation
        /// The subscription as the guest knows it; nil: it reads without one.
        let subscription: SubscriptionRow?
        /// Those that it reads, ascending; a group's member may have none.
        let partitions: [Partition]
        /// Of each of them, the offset of the next event.
        let offsets: [Offset]

        /// The only partition; nil: several, or none.
        var only: Int? { partitions.count == 1 ? partitions[0].index : nil }

        /// Nil where the guest does not read the partition.
        func offset(of partition: Partition) -> Offset? {
            partitions.firstIndex(of: partition).map { offsets[$0] }
        }
    }

    private struct State {
        /// Only streams with guests have a room: an append to any other costs one look.
        var rooms: [StreamID: WaitingRoom] = [:]
        var nextID: UInt64 = 0
        var isEnding = false
    }

    private let state = Mutex(State())

    /// Begins to keep what comes; every call is paired with ``leave(_:)``.
    ///
    /// It comes before the first look at the stream, so that nothing is missed in between.
    func join(_ stream: StreamID, subscription: SubscriptionID?) -> Guest {
        state.withLock { state in
            state.nextID += 1
            state.rooms[stream, default: WaitingRoom()]
                .join(state.nextID, subscription: subscription)
            return Guest(stream: stream, id: state.nextID)
        }
    }

    /// Ends what ``join(_:subscription:)`` began.
    func leave(_ guest: Guest) {
        state.withLock { state in
            state.rooms[guest.stream]?.leave(guest.id)
            if state.rooms[guest.stream]?.isEmpty ?? false { state.rooms[guest.stream] = nil }
        }
    }

    /// Returns once there is news for `guest`, at once when there has been; ``News/nothing`` when the
    /// task is cancelled.
    func wait(_ guest: Guest, at stand: Stand) async -> News {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (known, wakes) = state.withLock { state -> (News?, [WaitingRoom.Wake]) in
                    if state.isEnding { return (.end, []) }
                    guard !Task.isCancelled else { return (.nothing, []) }
                    return state.rooms[guest.stream]?
                        .enter(guest.id, at: stand, waking: continuation) ?? (.nothing, [])
                }
                resume(wakes)
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            let wake = state.withLock { $0.rooms[guest.stream]?.wake(guest.id, with: .nothing) }
            if let wake { resume([wake]) }
        }
    }

    /// The partitions in which there are events beyond `stand`.
    func fresh(_ guest: Guest, beyond stand: Stand) -> [Partition] {
        state.withLock { $0.rooms[guest.stream]?.fresh(beyond: stand) ?? [] }
    }

    /// Guests of one stream that are few enough to be woken in no time.
    private static let fewGuests = 16

    /// True if the stream has more guests than a few.
    func isCrowded(_ id: StreamID) -> Bool {
        state.withLock { $0.rooms[id]?.count ?? 0 } > Self.fewGuests
    }

    /// Wakes who waits for events of a partition that goes as far as `end`.
    func append(
        to partition: Partition,
        of id: StreamID,
        incarnation: StreamIncarnation,
        upTo end: Offset
    ) {
        let wakes = state.withLock { state in
            state.rooms[id]?.append(to: partition, of: incarnation, upTo: end) ?? []
        }
        resume(wakes)
    }

    /// Wakes who waits on a stream, or on one subscription of it, that was moved or is gone.
    func change(_ id: StreamID, subscription: SubscriptionID? = nil) {
        resume(state.withLock { $0.rooms[id]?.change(of: subscription) ?? [] })
    }

    /// Ends all waits, and any later one at once.
    func end() {
        let wakes = state.withLock { state in
            state.isEnding = true
            return Array(state.rooms.keys).flatMap { state.rooms[$0]?.wakeAll(.end) ?? [] }
        }
        resume(wakes)
    }

    /// True once nobody waits any more.
    var isEnding: Bool { state.withLock { $0.isEnding } }

    /// Makes the caller look at `stream` for all its guests, under the id returned; nil: someone else
    /// does.
    func startsLooking(_ stream: StreamID) -> UInt64? {
        state.withLock { state in
            state.nextID += 1
            let isFirst = state.rooms[stream]?.startsLooking(state.nextID) ?? false
            return isFirst ? state.nextID : nil
        }
    }

    /// True while there still is anyone for whom the caller is to look.
    func isWatched(_ stream: StreamID, by looker: UInt64) -> Bool {
        state.withLock { $0.rooms[stream]?.looker == looker && !$0.isEnding }
    }

    /// The rows to look at; nil while nobody waits.
    func view(of stream: StreamID, subscriptions: Int) -> WaitingRoom.View? {
        state.withLock { $0.rooms[stream]?.view(subscriptions: subscriptions) }
    }

    private func resume(_ wakes: [WaitingRoom.Wake]) {
        for wake in wakes { wake.continuation.resume(returning: wake.news) }
    }
}
