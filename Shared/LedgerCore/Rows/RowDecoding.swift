/// What every row type needs to read itself from an item, strictly: a row that lacks what it must
/// have is damaged, and is reported instead of being guessed at.
extension Item {
    func requiredNumber(_ name: Attribute) throws(TableError) -> Int64 {
        guard let value = number(name) else { throw damaged(name) }
        return value
    }

    func requiredBytes(_ name: Attribute) throws(TableError) -> [UInt8] {
        guard let value = bytes(name) else { throw damaged(name) }
        return value
    }

    func requiredHash(_ name: Attribute) throws(TableError) -> [UInt8] {
        let value = try requiredBytes(name)
        guard value.count == SHA256.digestCount else { throw damaged(name) }
        return value
    }

    func requiredOffset(_ name: Attribute) throws(TableError) -> Offset {
        guard let offset = Offset(try requiredNumber(name)) else { throw damaged(name) }
        return offset
    }

    func requiredTimestamp(_ name: Attribute) throws(TableError) -> Timestamp {
        Timestamp(milliseconds: try requiredNumber(name))
    }

    func requiredIncarnation(_ name: Attribute) throws(TableError) -> Incarnation {
        guard let id = Incarnation(bytes: try requiredBytes(name)) else { throw damaged(name) }
        return id
    }

    func requiredCount(_ name: Attribute) throws(TableError) -> Int {
        let value = try requiredNumber(name)
        guard value > 0, value <= Int32.max else { throw damaged(name) }
        return Int(value)
    }

    func damaged(_ name: Attribute) -> TableError {
        TableError(
            .definite,
            .corrupt,
            "row \(key.group.partitionKey): attribute \(name.rawValue) is missing or wrong",
            row: key
        )
    }

    /// The key is of another kind than the row: a defect of ours, or a damaged table.
    var misplaced: TableError {
        TableError(
            .definite,
            .corrupt,
            "row \(key.group.partitionKey): unexpected kind of row",
            row: key
        )
    }
}
