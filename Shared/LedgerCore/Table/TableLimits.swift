/// DynamoDB's limits, which hold on every engine.
public enum TableLimits {
    /// - Throws: ``TableError/Reason/invalid``, definite, for writes that DynamoDB would refuse.
    public static func check(_ writes: [Write]) throws(TableError) {
        guard (1...Limits.transactionItems).contains(writes.count) else {
            throw invalid("\(writes.count) writes in one transaction")
        }
        var total = 0
        for write in writes {
            guard case .put(let item) = write.operation else { continue }
            let bytes = item.storedBytes
            guard bytes <= Limits.itemBytes else { throw invalid("a row of \(bytes) bytes") }
            total += bytes
        }
        guard writes.count == 1 || total <= Limits.transactionBytes else {
            throw invalid("\(total) bytes in one transaction")
        }
        guard writes.count == 1 || Set(writes.map(\.key)).count == writes.count else {
            throw invalid("two writes of one row in one transaction")
        }
    }

    private static func invalid(_ message: String) -> TableError {
        TableError(.definite, .invalid, message)
    }
}
