package import LedgerCore

extension Ledger {
    /// One page of streams, by name.
    ///
    /// `covered`: Only streams that fit one of the patterns, which are in the order of their names
    /// and none within another; nil: all streams. Nothing of any other stream shows in the answer.
    ///
    /// - Returns: The streams and the token of the next page, nil at the end.
    package func listStreams(
        limit: Int,
        after: [UInt8]?,
        covered: [StreamPattern]? = nil
    ) async throws(LedgerError) -> (streams: [StreamRow], next: [UInt8]?) {
        var streams: [StreamRow] = []
        for pattern in covered ?? [.all] where !pattern.liesBefore(after) {
            guard streams.count < limit else {
                return (streams.filter(\.isActive), streams.last.map { Array($0.id.name.utf8) })
            }
            let page = try await rows(
                Query(
                    .streams,
                    from: pattern.lowerBound,
                    through: pattern.upperBound,
                    after: after,
                    limit: limit - streams.count
                )
            )
            streams += try decoded { () throws(TableError) in
                try page.items.map { item throws(TableError) in try StreamRow(item) }
            }
            if let next = page.next { return (streams.filter(\.isActive), next) }
        }
        return (streams.filter(\.isActive), nil)
    }
}

extension StreamRow {
    fileprivate var isActive: Bool { state == .active }
}

extension StreamPattern {
    /// The first sort key that can fit.
    fileprivate var lowerBound: [UInt8]? { name.isEmpty ? nil : Array(name.utf8) }

    /// A sort key that no fitting one is beyond: names are ASCII.
    fileprivate var upperBound: [UInt8]? {
        guard !name.isEmpty else { return nil }
        return isPrefix ? Array(name.utf8) + [0x7f] : Array(name.utf8)
    }

    /// Whether everything that fits lies at or before this sort key.
    fileprivate func liesBefore(_ sortKey: [UInt8]?) -> Bool {
        guard let sortKey, let upperBound else { return false }
        return !sortKey.lexicographicallyPrecedes(upperBound)
    }
}
