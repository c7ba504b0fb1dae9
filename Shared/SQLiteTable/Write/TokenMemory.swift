import LedgerCore

/// The tokens of the last transactions that were applied, so that a repetition is answered and
/// not applied again.
///
/// In memory only: the sole answer that leaves a caller in doubt is a failed commit, and after
/// one the table takes no more writes.
struct TokenMemory {
    private static let capacity = 4096
    private var known: Set<Incarnation> = []
    private var order: [Incarnation] = []
    private var oldest = 0

    func contains(_ token: Incarnation) -> Bool {
        known.contains(token)
    }

    mutating func remember(_ token: Incarnation) {
        guard known.insert(token).inserted else { return }
        guard order.count == Self.capacity else { return order.append(token) }
        known.remove(order[oldest])
        order[oldest] = token
        oldest = (oldest + 1) % Self.capacity
    }
}
