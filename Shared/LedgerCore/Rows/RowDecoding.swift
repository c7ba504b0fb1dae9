/// The end of year 9999, milliseconds since the epoch: the last moment RFC 3339 can name.
private let latestTimestamp: Int64 = 253_402_300_799_999

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

    /// A moment between 1970 and the end of year 9999, so that hours may be added without a look.
    func requiredTimestamp(_ name: Attribute) throws(TableError) -> Timestamp {
        let value = try requiredNumber(name)
        guard (0...latestTimestamp).contains(value) else { throw damaged(name) }
        return Timestamp(milliseconds: value)
    }

    /// The number of events from `first` on, which must leave room for the offset after them.
    func requiredCount(_ name: Attribute, from first: Offset) throws(TableError) -> Int {
        let count = try requiredCount(name)
        guard !first.rawValue.addingReportingOverflow(Int64(count)).overflow else {
            throw damaged(name)
        }
        return count
    }

    func requiredPartitionCount(_ name: Attribute) throws(TableError) -> Int {
        let count = try requiredNumber(name)
        guard let count = Int(exactly: count), Limits.partitions.contains(count) else {
            throw damaged(name)
        }
        return count
    }

    /// A number that only counts up: an epoch, a version, progress.
    func requiredCounter(_ name: Attribute) throws(TableError) -> Int64 {
        let value = try requiredNumber(name)
        guard (0..<Int64.max).contains(value) else { throw damaged(name) }
        return value
    }

    func requiredIncarnation(_ name: Attribute) throws(TableError) -> Incarnation {
        guard let id = Incarnation(bytes: try requiredBytes(name)) else { throw damaged(name) }
        return id
    }

    func requiredStreamID(_ name: Attribute) throws(TableError) -> StreamID {
        guard let id = string(name).flatMap(StreamID.init) else { throw damaged(name) }
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
