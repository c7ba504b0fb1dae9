/// The checks that every engine makes before it writes: DynamoDB's limits, the same everywhere.
extension Write {
    /// Throws `.definite`, `.invalid` when this cannot be a write of its own.
    public func checkAlone() throws(TableError) {
        if case .check = operation { throw .invalid("a check outside of a transaction") }
        try checkSize()
    }

    /// The bytes that count towards the limit of a transaction: of the row, or of its key.
    public var storedBytes: Int {
        switch operation {
        case .put(let item): item.storedBytes
        case .delete(let key), .check(let key): Item(key).storedBytes
        }
    }

    @discardableResult
    fileprivate func checkSize() throws(TableError) -> Int {
        guard Limits.sortKeyBytes.contains(key.sortKey.count) else {
            throw .invalid("a sort key of \(key.sortKey.count) bytes")
        }
        let bytes = storedBytes
        guard bytes <= Limits.itemBytes else { throw .invalid("an item of \(bytes) bytes") }
        return bytes
    }
}

extension [Write] {
    /// Throws `.definite`, `.invalid` when these cannot be one transaction.
    public func checkTransaction() throws(TableError) {
        guard !isEmpty, count <= Limits.transactionItems else {
            throw .invalid("a transaction of \(count) writes")
        }
        var bytes = 0
        var keys: Set<[UInt8]> = []
        for write in self {
            bytes += try write.checkSize()
            // A partition key is ASCII, so the byte 255 cannot be part of it.
            let key = [UInt8](write.key.group.partitionKey.utf8) + [255] + write.key.sortKey
            guard keys.insert(key).inserted else {
                throw .invalid("a transaction that writes a row twice")
            }
        }
        guard bytes <= Limits.transactionBytes else {
            throw .invalid("a transaction of \(bytes) bytes")
        }
    }
}

extension Instant {
    /// Throws `.definite`, `.unavailable` when a write that was decided at this moment is too old
    /// to be carried out at `now`.
    ///
    /// A process can be frozen for days between its decision and the write. By then the facts may
    /// have changed, above all that nothing is stored at an offset.
    public func checkAge(at now: Instant) throws(TableError) {
        guard now.elapsed(since: self) < Limits.decisionAge else {
            throw TableError(
                .definite,
                reason: .unavailable,
                message: "the write was decided too long ago"
            )
        }
    }
}

extension Query {
    /// Throws `.definite`, `.invalid` unless the page may hold at least one row.
    public func check() throws(TableError) {
        guard limit >= 1 else { throw .invalid("a page of \(limit) rows") }
    }
}

extension TableError {
    fileprivate static func invalid(_ message: String) -> TableError {
        TableError(.definite, reason: .invalid, message: message)
    }
}
