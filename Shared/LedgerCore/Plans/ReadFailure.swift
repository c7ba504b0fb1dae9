/// Why a partition can't be read on from an offset.
///
/// Never an empty page instead.
package enum ReadFailure: Error, Hashable, Sendable {
    /// The events there expired. `earliest` is the first that is still there, nil when it must be
    /// searched for.
    case expired(Partition, earliest: Offset?)
    /// The position lies beyond the partition's end.
    case outOfRange(Partition, position: Offset, next: Offset)
    /// Where the partition ends can't be verified: what came after may have expired.
    case unverified(Partition)
    /// A chunk that must be there is missing or damaged; `detail` is for an operator.
    case corrupt(Partition, Offset, detail: String)
    /// The table failed; reading changes nothing, so a retry is safe.
    case table(TableError)

    /// A read that the table could not answer; damage of a chunk with its place.
    package init(_ error: TableError) {
        if error.reason == .corrupt, case .chunk(_, let partition, let offset)? = error.row {
            self = .corrupt(partition, offset, detail: error.message)
        } else {
            self = .table(error)
        }
    }

    /// Whether what is stored is damaged, so that another attempt finds the same.
    var isDamage: Bool {
        switch self {
        case .corrupt: true
        case .table(let error): error.reason == .corrupt
        case .expired, .outOfRange, .unverified: false
        }
    }
}
