import LedgerCore

/// A row's key as SQLite sees it, made once per call.
struct EncodedKey: Sendable {
    let key: TableKey
    let partition: [UInt8]
    let sort: [UInt8]

    init(_ key: TableKey) {
        self.key = key
        partition = Array(key.group.partitionKey.utf8)
        sort = key.sortKey
    }

    /// The row with this key from what is stored; nil when that is damaged.
    func decode(_ value: UnsafeRawBufferPointer) -> Item? {
        sort.withUnsafeBytes { sort in
            let checksum = RowChecksum(partition: partition)
            return RowCodec.decode(value, key: key, sort: sort, checksum: checksum)
        }
    }

    /// Binds both halves to parameters 1 and 2 while `body` runs.
    func bound<Outcome>(to statement: Statement, body: () -> Outcome) -> Outcome {
        partition.withUnsafeBufferPointer { partition in
            sort.withUnsafeBufferPointer { sort in
                statement.bind(ascii: partition, at: 1)
                statement.bind(sort, at: 2)
                return body()
            }
        }
    }
}

/// A row ready to be stored.
///
/// It is encoded in the caller's task, and not while the writer is in a transaction.
struct EncodedRow: Sendable {
    let key: EncodedKey
    let value: [UInt8]
    /// The column `ttl`, seconds since 1970; nil when only the sweep may remove the row.
    let ttl: Int64?

    init(_ item: Item) {
        key = EncodedKey(item.key)
        value = RowCodec.encode(item, as: key)
        ttl = item.key.group.expiresWithoutSweep ? item.number(.ttl) : nil
    }
}
