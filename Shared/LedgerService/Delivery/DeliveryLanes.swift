import LedgerCore
import Synchronization

/// Serialises this process's changes of each delivery's row, so that only processes conflict.
///
/// Whoever has its turn gets the row as the one before left it, and need not read it again. Where the
/// table applies writes in the order in which they come, a row is passed on while it is being
/// written, so that the changes of many callers share one fsync.
final class DeliveryLanes: Sendable {
    struct Lane: Hashable {
        let subscription: SubscriptionIncarnation
        let partition: Partition
    }

    /// The row of a lane, as it is passed on.
    struct Baton {
        /// The row as the one before left it; nil: it is not known.
        var row: DeliveryRow?
        /// The write on which that rests; nil: it is stored.
        var landing: Landing?
        /// The first of the row's versions that is not known to be stored; nil: all are.
        var firstUnsure: Int64?

        /// The same by what is known of that write by now.
        var settled: Baton {
            switch landing?.known {
            case nil: self
            case true?: Baton(row: row)
            case false?: Baton()
            }
        }
    }

    private typealias Turn = CheckedContinuation<Baton, Never>

    /// A version of a row, which begins anew in a later epoch after a time with cursors.
    private struct Version {
        let epoch: Int64
        let number: Int64

        init(_ row: DeliveryRow) { (epoch, number) = (row.epoch, row.version) }
    }

    private struct State {
        /// True while somebody decides over the row.
        var isTaken = true
        /// Those who wait for it, in the order of their arrival.
        var waiting: [Turn] = []
        /// The row, for whoever comes next: what a newcomer has read may be older.
        var baton = Baton()
        /// The last version that is known to be stored; nil: none is.
        var stored: Version?

        /// A row that is passed on, by what is known to be stored now.
        func informed(_ baton: Baton) -> Baton {
            var baton = baton.settled
            guard let row = baton.row, let first = baton.firstUnsure, let stored,
                stored.epoch == row.epoch
            else { return baton }
            baton.firstUnsure = max(first, stored.number + 1)
            return baton
        }
    }

    private struct Lanes {
        var states: [Lane: State] = [:]
        /// The number of those that nobody has.
        var idle = 0
    }

    private let lanes = Mutex(Lanes())

    /// Waits until nobody else of this process decides over the row; it must be passed on, once.
    func take(_ lane: Lane) async -> Baton {
        await withCheckedContinuation { turn in
            let baton: Baton? = lanes.withLock { lanes in
                guard var state = lanes.states[lane] else {
                    lanes.states[lane] = State()
                    return Baton()
                }
                defer { lanes.states[lane] = state }
                guard !state.isTaken else {
                    state.waiting.append(turn)
                    return nil
                }
                lanes.idle -= 1
                let baton = state.informed(state.baton)
                (state.isTaken, state.baton) = (true, Baton())
                return baton
            }
            if let baton { turn.resume(returning: baton) }
        }
    }

    /// Lets the next one decide.
    func pass(_ lane: Lane, with baton: Baton) {
        let next: (turn: Turn, baton: Baton)? = lanes.withLock { lanes in
            guard var state = lanes.states[lane] else {
                preconditionFailure("a lane that is taken is known")
            }
            defer { lanes.states[lane] = state }
            guard state.waiting.isEmpty else {
                return (state.waiting.removeFirst(), state.informed(baton))
            }
            (state.isTaken, state.baton) = (false, baton.settled)
            lanes.idle += 1
            Self.forgetIdle(of: &lanes)
            return nil
        }
        if let next { next.turn.resume(returning: next.baton) }
    }

    /// Ends the write of a row, on which others of its lane may rest.
    func settle(_ lane: Lane, _ row: DeliveryRow, _ landing: Landing, isStored: Bool) {
        // In this order, so that a row that is passed on meanwhile is settled by one of the two.
        landing.resolve(isStored: isStored)
        lanes.withLock { lanes in
            guard var state = lanes.states[lane] else { return }
            if isStored { state.stored = Version(row) }
            if state.baton.landing === landing { state.baton = state.baton.settled }
            lanes.states[lane] = state
        }
    }

    /// Forgets one idle lane where there are too many: any one whose row is stored.
    private static func forgetIdle(of lanes: inout Lanes) {
        guard lanes.idle > Limits.deliveryLanes else { return }
        let found = lanes.states.first { !$0.value.isTaken && $0.value.baton.landing == nil }
        guard let found else { return }
        lanes.states[found.key] = nil
        lanes.idle -= 1
    }
}

/// The outcome of a row's write, on which other changes rest before it is known.
final class Landing: Sendable {
    private enum State {
        case pending([CheckedContinuation<Bool, Never>])
        case known(isStored: Bool)
    }

    private let state = Mutex(State.pending([]))

    /// Tells everybody, once: whether it is surely stored.
    func resolve(isStored: Bool) {
        let waiting: [CheckedContinuation<Bool, Never>] = state.withLock { state in
            defer { state = .known(isStored: isStored) }
            guard case .pending(let waiting) = state else { return [] }
            return waiting
        }
        for one in waiting { one.resume(returning: isStored) }
    }

    /// Whether the row is surely stored; nil: that is not known yet.
    var known: Bool? {
        state.withLock { if case .known(let isStored) = $0 { isStored } else { nil } }
    }

    /// Waits until it is known whether the row is surely stored.
    func isStored() async -> Bool {
        await withCheckedContinuation { one in
            let known: Bool? = state.withLock { state in
                switch state {
                case .known(let isStored): return isStored
                case .pending(let waiting):
                    state = .pending(waiting + [one])
                    return nil
                }
            }
            if let known { one.resume(returning: known) }
        }
    }
}

/// One call's hold of a lane: it ends with the first write where the row is passed on before that is
/// done, and begins again for a further try.
struct LaneHold: ~Copyable {
    private let lanes: DeliveryLanes
    private let lane: DeliveryLanes.Lane
    private var isHeld = true
    /// The row on which the call rests, as long as it is the one that was passed on.
    private var baton: DeliveryLanes.Baton
    /// The write on which the call's last one rested; nil: none that was under way.
    private var base: Landing?

    init(_ lane: DeliveryLanes.Lane, of lanes: DeliveryLanes) async {
        (self.lanes, self.lane) = (lanes, lane)
        baton = await lanes.take(lane).settled
    }

    /// The row as the one before has left it; nil: it is not known.
    var row: DeliveryRow? { baton.row }

    /// The first of its versions that is not known to be stored; nil: all are.
    var firstUnsure: Int64? { baton.firstUnsure }

    /// Lets the next one decide, unless that was done.
    mutating func pass(_ row: DeliveryRow?) {
        pass(DeliveryLanes.Baton(row: row))
    }

    /// The same after an error, which leaves the row as it was found.
    mutating func passUnchanged() {
        pass(baton.settled)
    }

    private mutating func pass(_ baton: DeliveryLanes.Baton) {
        guard isHeld else { return }
        isHeld = false
        lanes.pass(lane, with: baton)
    }

    /// Lets the next one decide over a row while it is being written.
    mutating func pass<Outcome>(
        _ row: DeliveryRow,
        while write: () async -> Outcome,
        isStored: (Outcome) -> Bool
    ) async -> Outcome {
        let landing = Landing()
        let firstUnsure = baton.settled.firstUnsure ?? row.version
        pass(DeliveryLanes.Baton(row: row, landing: landing, firstUnsure: firstUnsure))
        let outcome = await write()
        lanes.settle(lane, row, landing, isStored: isStored(outcome))
        // What becomes of that says by itself whether the row below was stored.
        (base, baton) = (baton.landing, DeliveryLanes.Baton())
        return outcome
    }

    /// Decides again, once it is known what became of all that it rested on or that was passed on.
    mutating func takeAgain() async {
        _ = await base?.isStored()
        if !isHeld {
            baton = await lanes.take(lane)
            isHeld = true
        }
        _ = await baton.landing?.isStored()
        baton = DeliveryLanes.Baton()
    }

    /// Whether the row on which the call rests is stored; waits for it.
    mutating func isSettled() async -> Bool {
        guard let landing = baton.landing else { return true }
        let isStored = await landing.isStored()
        baton = baton.settled
        return isStored
    }

    /// The same, at the end of a call that changes nothing: others need not wait with it.
    mutating func isSettledAtEnd() async -> Bool {
        if baton.landing != nil { pass(baton) }
        return await isSettled()
    }
}
