/// One row: its key and its attributes.
///
/// A put replaces the row as a whole.
public struct Item: Hashable, Sendable {
    /// Which row.
    public let key: TableKey
    /// Names and values, in the order in which they were set; no name occurs twice.
    public private(set) var attributes: [(name: Attribute, value: AttributeValue)]

    /// A row without attributes.
    public init(_ key: TableKey, capacity: Int = 8) {
        self.key = key
        attributes = []
        attributes.reserveCapacity(capacity)
    }

    /// Reads or sets one attribute; setting nil removes it.
    public subscript(name: Attribute) -> AttributeValue? {
        get { attributes.first { $0.name == name }?.value }
        set {
            let index = attributes.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): attributes[index].value = value
            case (let index?, nil): attributes.remove(at: index)
            case (nil, let value?): attributes.append((name, value))
            case (nil, nil): break
            }
        }
    }

    /// The number in `name`, nil when absent or of another type.
    public func number(_ name: Attribute) -> Int64? {
        guard case .number(let value)? = self[name] else { return nil }
        return value
    }

    /// The text in `name`, nil when absent or of another type.
    public func string(_ name: Attribute) -> String? {
        guard case .string(let value)? = self[name] else { return nil }
        return value
    }

    /// The bytes in `name`, nil when absent or of another type.
    public func bytes(_ name: Attribute) -> [UInt8]? {
        guard case .bytes(let value)? = self[name] else { return nil }
        return value
    }

    /// Same key and same attributes, in any order.
    public static func == (left: Item, right: Item) -> Bool {
        left.key == right.key && left.attributes.count == right.attributes.count
            && left.attributes.allSatisfy { right[$0.name] == $0.value }
    }

    /// Consistent with equality.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(key)
    }

    /// The row's size by DynamoDB's measure: names, values and keys, bytes.
    public var storedBytes: Int {
        let keys = 4 + key.group.partitionKey.utf8.count + key.sortKey.count
        return attributes.reduce(keys) { $0 + $1.name.rawValue.utf8.count + $1.value.storedBytes }
    }
}

extension AttributeValue {
    /// DynamoDB: a number takes about half a byte a digit and one more, at most 21.
    var storedBytes: Int {
        switch self {
        case .number: 11
        case .string(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        }
    }
}

/// The name of a row's attribute.
///
/// One list, so that no two rows use a name in two senses.
public enum Attribute: String, Sendable, CaseIterable {
    // Chunk
    /// Count of events in a chunk, or in an idempotent append.
    case count = "n"
    /// Timestamp of the last event, milliseconds.
    case timestamp = "t"
    /// Append id, 16 bytes.
    case append = "a"
    /// Record batch.
    case batch = "b"
    /// Hash chain: SHA-256(previous hash ‖ batch), 32 bytes.
    case hash = "h"
    /// When the row may physically go, seconds since the epoch. DynamoDB's TTL attribute.
    case ttl = "ttl"
    /// The ttl of the chunk before.
    case previousTTL = "pttl"
    /// 1 on the seal that ends a deleted stream's partition.
    case seal = "seal"

    // Progress
    /// Folded up to this offset (exclusive).
    case watermark = "w"
    /// When the sweep last verified the tail, milliseconds.
    case swept = "swept"
    /// Offsets below were removed by the sweep.
    case trim = "trim"

    // Shared
    /// An offset.
    case offset = "o"
    /// One record on its own, perhaps compressed.
    case record = "r"
    /// Compare-and-set version of the row.
    case version = "v"
    /// The random id of the row's incarnation, 16 bytes.
    case incarnation = "id"
    /// When the row was created, milliseconds.
    case created = "c"
    /// The state of a stream or the kind of a row.
    case state = "s"

    // Stream
    /// Number of partitions.
    case partitions = "p"
    /// Retention in hours; absent: for ever.
    case retention = "ret"
    /// 1 when the stream is compacted.
    case compaction = "comp"

    // Subscription and position
    /// Secret of the cursors' HMAC, 32 bytes.
    case secret = "sec"
    /// `start_from` as the client wrote it, JSON text.
    case start = "start"
    /// Positions that hold where no position row of the epoch exists.
    case positions = "pos"
    /// Seek epoch.
    case epoch = "e"
    /// 0 while bootstrapping, 1 in the log.
    case phase = "ph"
    /// The event key last delivered while bootstrapping.
    case key = "k"

    // Idempotency
    /// SHA-256 of the request body, 32 bytes.
    case body = "body"

    // API key
    /// What the key's maker calls it.
    case name = "nm"
    /// SHA-256 of the key, 32 bytes.
    case keyHash = "kh"
    /// What the key may do, as text.
    case scopes = "sc"
    /// From when on the key is refused, milliseconds; absent: never.
    case expires = "x"

    // Clock
    /// The random id of a machine's boot.
    case boot = "bt"
    /// Milliseconds since that boot.
    case uptime = "up"
    /// What a clock said that is not believed, milliseconds.
    case doubt = "d"
    /// The boot by which it did.
    case doubtBoot = "db"
    /// When, milliseconds since that boot.
    case doubtUptime = "du"

    // Deletion job
    /// How many groups of rows a deletion job has emptied.
    case progress = "g"
    /// Not before this moment, milliseconds.
    case notBefore = "nb"

    // Sweep and kept rings
    /// When the sweep's round began, milliseconds.
    case began = "bg"
    /// The sort key up to which the running round has looked.
    case cursor = "cur"
    /// 1 when another round was asked for.
    case wanted = "wa"
    /// How many streams the running round has looked at.
    case looked = "lk"
    /// How many streams there were in the last whole round.
    case size = "sz"
    /// Who sweeps: a random id, 16 bytes.
    case holder = "ho"
    /// Until when, milliseconds.
    case until = "un"
    /// The name of a stream.
    case stream = "sn"
}

/// What an attribute holds: the three types that both engines store alike.
public enum AttributeValue: Hashable, Sendable {
    /// A signed 64-bit integer.
    case number(Int64)
    /// Text.
    case string(String)
    /// Bytes.
    case bytes([UInt8])
}

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
            reason: .corrupt,
            message:
                "row \(key.group.partitionKey): attribute \(name.rawValue) is missing or wrong",
            row: key
        )
    }

    /// The key is of another kind than the row: a defect of ours, or a damaged table.
    var misplaced: TableError {
        TableError(
            .definite,
            reason: .corrupt,
            message: "row \(key.group.partitionKey): unexpected kind of row",
            row: key
        )
    }
}
