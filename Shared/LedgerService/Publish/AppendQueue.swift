import LedgerBytes
import LedgerCore

/// The appends to one partition that wait for their turn, in order of arrival.
///
///     add ─┬─ full ──→ refused
///          └─ queued ─┬─ its turn came ──→ units that share one append | an atomic publish, alone
///                     └─ its deadline ───→ overdue, never sent
///
/// It is bounded, and an append that has waited until its deadline is never sent: under a table that
/// takes less than what comes, nobody waits for longer than a publish may take anyway.
///
/// `Waiter` gets a unit's outcome; `Turn` is an atomic publish, which needs the partition for itself. It
/// decides without I/O, as the core does, and stands here so that the compiler makes it for the types with
/// which it is used.
struct AppendQueue<Waiter: Sendable, Turn: Sendable>: Sendable {
    /// A unit and the waiter that gets its outcome.
    typealias Unit = (unit: AppendUnit, waiter: Waiter)

    /// The head of the queue.
    enum Next: Sendable {
        /// Units that share one append.
        case units([Unit])
        /// An atomic publish, which has the partition for itself.
        case exclusive(Turn)
        case nothing
    }

    private enum Entry: Sendable {
        case unit(Unit)
        case exclusive(Turn, arrived: Instant)

        var arrived: Instant {
            switch self {
            case .unit(let (unit, _)): unit.arrived
            case .exclusive(_, let arrived): arrived
            }
        }

        var bytes: Int {
            switch self {
            case .unit(let (unit, _)): unit.records.payload.count
            case .exclusive: 0
            }
        }
    }

    private let patience: Duration
    private let rules: Rules
    private var entries: [Entry] = []
    /// Of the events that wait.
    private(set) var bytes = 0
    /// By either clock no entry arrived before this; nil: there is none.
    private var oldest: Instant?

    /// An empty queue in which nothing waits for longer than `patience`.
    init(patience: Duration, rules: Rules = .all) {
        self.patience = patience
        self.rules = rules
    }

    var isEmpty: Bool { entries.isEmpty }

    /// True when there is room for as much again.
    var isShort: Bool {
        entries.count <= Limits.queuedUnits / 2 && bytes <= Limits.queuedBytes / 2
    }

    /// Takes a unit; false when too much waits already.
    mutating func add(_ unit: AppendUnit, for waiter: Waiter) -> Bool {
        add(.unit((unit, waiter)))
    }

    /// Takes an atomic publish that came at `arrived`; false when too much waits already.
    mutating func add(_ turn: Turn, arrived: Instant) -> Bool {
        add(.exclusive(turn, arrived: arrived))
    }

    private mutating func add(_ entry: Entry) -> Bool {
        guard entries.count < Limits.queuedUnits, bytes + entry.bytes <= Limits.queuedBytes else {
            return false
        }
        bytes += entry.bytes
        entries.append(entry)
        noteArrival(of: entry)
        return true
    }

    /// Removes the head of the queue, and everything whose time is over.
    mutating func next(
        at now: Instant
    ) -> (next: Next, overdue: (units: [Waiter], turns: [Turn])) {
        let overdue = removeOverdue(at: now)
        guard let first = entries.first else {
            // A process may have a queue for each of a million partitions.
            entries = []
            return (.nothing, overdue)
        }
        guard case .exclusive(let turn, _) = first else {
            return (.units(removeUnits()), overdue)
        }
        remove(1)
        return (.exclusive(turn), overdue)
    }

    private mutating func noteArrival(of entry: Entry) {
        let arrived = entry.arrived
        oldest = Instant(
            now: min(oldest?.now ?? arrived.now, arrived.now),
            uptime: min(oldest?.uptime ?? arrived.uptime, arrived.uptime)
        )
    }

    private mutating func removeOverdue(at now: Instant) -> (units: [Waiter], turns: [Turn]) {
        var overdue: (units: [Waiter], turns: [Turn]) = ([], [])
        guard let oldest, now.elapsed(since: oldest) >= patience else { return overdue }
        entries.removeAll { entry in
            guard now.elapsed(since: entry.arrived) >= patience, rules.keep(.queueDeadline) else {
                return false
            }
            switch entry {
            case .unit(let (_, waiter)): overdue.units.append(waiter)
            case .exclusive(let turn, _): overdue.turns.append(turn)
            }
            return true
        }
        bytes = entries.reduce(0) { $0 + $1.bytes }
        self.oldest = nil
        for entry in entries { noteArrival(of: entry) }
        return overdue
    }

    /// The units that go into one append: the first, and what fits beside it.
    ///
    /// One that expects an offset only goes first.
    private mutating func removeUnits() -> [Unit] {
        var units: [Unit] = []
        var bytes = 0
        var marks: Set<Digest> = []
        for entry in entries {
            guard case .unit(let (unit, waiter)) = entry else { break }
            bytes += entry.bytes
            if !units.isEmpty {
                guard bytes <= Limits.chunkPayloadBytes, unit.expectedOffset == nil,
                    marks.count < Limits.mergedMarks
                else { break }
            }
            if let mark = unit.idempotency {
                // A transaction may not write one idempotency row twice, so the second waits for
                // the next append.
                guard marks.insert(mark.keyHash).inserted else { break }
            }
            units.append((unit, waiter))
        }
        remove(units.count)
        return units
    }

    private mutating func remove(_ count: Int) {
        bytes -= entries.prefix(count).reduce(0) { $0 + $1.bytes }
        entries.removeFirst(count)
        if entries.isEmpty { oldest = nil }
    }
}
