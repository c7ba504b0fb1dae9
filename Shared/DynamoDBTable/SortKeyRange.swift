import LedgerCore

/// The sort keys that a query is about.
///
/// DynamoDB refuses a start key outside of the range and a range without keys, so both are found
/// out here.
struct SortKeyRange {
    private let lower: [UInt8]?
    private let upper: [UInt8]?
    /// Begin after this key, which lies within the bounds; nil: at the first.
    let after: [UInt8]?

    /// Nil when there can be no row.
    init?(_ query: Query) {
        lower = query.lowerBound
        upper = query.upperBound
        if let lower, let upper, upper.lexicographicallyPrecedes(lower) { return nil }
        guard let after = query.after else {
            self.after = nil
            return
        }
        let isBelow = lower.map { after.lexicographicallyPrecedes($0) } ?? false
        let isAbove = upper.map { $0.lexicographicallyPrecedes(after) } ?? false
        switch query.order {
        case .ascending:
            if isAbove { return nil }
            self.after = isBelow ? nil : after
        case .descending:
            if isBelow { return nil }
            self.after = isAbove ? nil : after
        }
    }

    /// The condition, with `:p` for the partition key.
    var condition: String {
        switch (lower, upper) {
        case (nil, nil): "PK = :p"
        case (_?, nil): "PK = :p AND SK >= :l"
        case (nil, _?): "PK = :p AND SK <= :u"
        case (_?, _?): "PK = :p AND SK BETWEEN :l AND :u"
        }
    }

    /// The bounds by their placeholders.
    var values: [(name: String, bound: [UInt8])] {
        (lower.map { [(":l", $0)] } ?? []) + (upper.map { [(":u", $0)] } ?? [])
    }
}
