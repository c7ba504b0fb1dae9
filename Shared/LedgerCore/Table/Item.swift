import LedgerBytes

/// One row: its key and its attributes.
///
/// A put replaces the row as a whole.
public struct Item: Hashable, Sendable {
    /// The partition key and sort key of the row.
    public let key: TableKey
    /// Names and values in the order in which they were set; no name occurs twice.
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

    /// True for the same key and the same attributes, in any order.
    public static func == (left: Item, right: Item) -> Bool {
        left.key == right.key && left.attributes.count == right.attributes.count
            && left.attributes.allSatisfy { right[$0.name] == $0.value }
    }

    /// Hashes the key alone, which is consistent with equality.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(key)
    }

    /// The row's size as DynamoDB counts it: keys, names and values, bytes.
    public var storedBytes: Int {
        let keys = 4 + key.group.partitionKey.utf8.count + key.sortKey.count
        return attributes.reduce(keys) { $0 + $1.name.rawValue.utf8.count + $1.value.storedBytes }
    }
}

extension AttributeValue {
    /// The value's size, bytes.
    ///
    /// DynamoDB takes about half a byte a digit for a number and one more; 64 bits have up to 19
    /// digits.
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
/// All names stand in this list, so that no name has two meanings.
public enum Attribute: String, Sendable, CaseIterable {
    // Chunk
    /// The number of events in a chunk or in an idempotent append; in a member's row the random
    /// number of its last renewal; in a webhook's its failures.
    case count = "n"
    /// Timestamp of the last event, of a member's last renewal, or of the beginning of a webhook's
    /// state, milliseconds.
    case timestamp = "t"
    /// Append id, 16 bytes.
    case append = "a"
    /// The events, a record batch.
    case batch = "b"
    /// Hash chain: SHA-256(previous hash ‖ batch), 32 bytes.
    case hash = "h"
    /// The time from which on the row may be deleted, seconds since the epoch.
    ///
    /// DynamoDB's TTL attribute.
    case ttl = "ttl"
    /// The ttl of the chunk before.
    case previousTTL = "pttl"
    /// 1 on the seal that ends a deleted stream's partition.
    case seal = "seal"

    // Progress
    /// The offset up to which the log is folded, exclusive.
    case watermark = "w"
    /// The time at which the sweep last verified the tail, milliseconds.
    case swept = "swept"
    /// The offset below which the sweep has removed the log.
    case trim = "trim"

    // Shared
    /// An offset; of what, the row's key says.
    case offset = "o"
    /// One record on its own, perhaps compressed.
    case record = "r"
    /// Compare-and-set version of the row.
    case version = "v"
    /// The random id of the row's incarnation, 16 bytes.
    case incarnation = "id"
    /// The time at which the row was created, milliseconds.
    case created = "c"
    /// The state of a stream, a member or a webhook, or the kind of a row.
    case state = "s"

    // Stream
    /// The number of a stream's partitions.
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
    /// The events that a subscription is for, an `EventFilter`; absent: all.
    case filter = "flt"
    /// Where a subscription's events are sent to, `WebhookSettings`; absent: nowhere.
    case webhook = "wh"
    /// The number of a subscription's seeks so far.
    case epoch = "e"
    /// 0 while bootstrapping, 1 in the log; 2 and 3 are the same of a row that was ever leased; 4 of
    /// a delivery's row.
    case phase = "ph"
    /// The event key last delivered while bootstrapping.
    case key = "k"

    // Group
    /// The number of a partition's leases so far, at least 1.
    case lease = "le"
    /// The member that holds the lease; empty: nobody.
    case owner = "own"
    /// The offset at which the member gives the lease back.
    case releaseOffset = "rl"
    /// The beginning of the release, milliseconds.
    case releaseStart = "rt"
    /// The length of a member's session, milliseconds.
    case session = "len"

    // Delivery
    /// 1 where a subscription's events are acknowledged one by one; absent: by cursors.
    case mode = "md"
    /// The policy by which events are delivered, a `DeliveryPolicy`.
    case policy = "pol"
    /// The salt of the hashes of keys, 16 bytes.
    case salt = "slt"
    /// The events that are not finished, an `OpenEvents`.
    case open = "u"
    /// The random number of the change that made a delivery's row what it is.
    case change = "ch"
    /// The number of a partition's parked events.
    case parked = "pk"
    /// How and why an event was parked, a `ParkingHistory`.
    case history = "why"

    // Webhook
    /// The first 32 bits of the SHA-256 of the keys of failed events, one after the other.
    case failedKeys = "fk"
    /// The beginning of the pause before the next probe, milliseconds.
    case nextStart = "nt"
    /// The length of that pause, milliseconds.
    case nextLength = "nl"

    // Idempotency
    /// SHA-256 of the request body, 32 bytes.
    case body = "body"

    // API key
    /// The name that its maker gave the key.
    case name = "nm"
    /// SHA-256 of the key, 32 bytes.
    case keyHash = "kh"
    /// The key's scopes as text, separated by spaces.
    case scopes = "sc"
    /// The time from which on the key is refused, milliseconds; absent when never.
    case expires = "x"

    // Clock
    /// The random id of a machine's boot.
    case boot = "bt"
    /// Milliseconds since that boot.
    case uptime = "up"
    /// The wall time that a doubted clock claims, milliseconds.
    case doubt = "d"
    /// The boot of the machine whose clock is doubted.
    case doubtBoot = "db"
    /// The beginning of the doubt, milliseconds since that boot.
    case doubtUptime = "du"

    // Deletion job
    /// The number of groups of rows that a deletion job has emptied.
    case progress = "g"
    /// The time before which a deletion job removes nothing, milliseconds.
    case notBefore = "nb"

    // Sweep and kept rings
    /// The beginning of the sweep's last round, milliseconds.
    case began = "bg"
    /// The sort key of the last stream that the running round has visited.
    case cursor = "cur"
    /// 1 when another round was asked for.
    case wanted = "wa"
    /// The number of streams that the running round has visited.
    case looked = "lk"
    /// The number of streams in the last completed round.
    case size = "sz"
    /// The id of the run that holds the sweep's lease, 16 bytes.
    case holder = "ho"
    /// The end of the sweep's lease, milliseconds.
    case until = "un"
    /// A stream's name, in rows whose keys hold its incarnation.
    case stream = "sn"
}

/// An attribute's value, of one of the three types that all engines store alike.
public enum AttributeValue: Hashable, Sendable {
    /// A signed 64-bit integer.
    case number(Int64)
    /// Text, compared byte by byte as UTF-8.
    case string(String)
    /// Bytes, of any number including none.
    case bytes([UInt8])
}

/// Strict reading of attributes, for row types: a missing or impossible value throws
/// ``TableError/Reason/corrupt`` and is never replaced by a default.
extension Item {
    func requiredNumber(_ name: Attribute) throws(TableError) -> Int64 {
        guard let value = number(name) else { throw damaged(name) }
        return value
    }

    func requiredBytes(_ name: Attribute) throws(TableError) -> [UInt8] {
        guard let value = bytes(name) else { throw damaged(name) }
        return value
    }

    func requiredDigest(_ name: Attribute) throws(TableError) -> Digest {
        guard let digest = Digest(bytes: try requiredBytes(name)) else { throw damaged(name) }
        return digest
    }

    func requiredOffset(_ name: Attribute) throws(TableError) -> Offset {
        guard let offset = Offset(try requiredNumber(name)) else { throw damaged(name) }
        return offset
    }

    /// A moment between 1970 and the end of year 9999, so that adding hours can't overflow.
    func requiredTimestamp(_ name: Attribute) throws(TableError) -> Timestamp {
        let value = try requiredNumber(name)
        guard (0...Timestamp.latest.milliseconds).contains(value) else { throw damaged(name) }
        return Timestamp(milliseconds: value)
    }

    /// The number of events from `first` on; the offset after the last must not overflow.
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

    func requiredID<ID: RandomID>(_ name: Attribute) throws(TableError) -> ID {
        guard let id = ID(bytes: try requiredBytes(name)) else { throw damaged(name) }
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

    /// The error for a key of another kind of row: a defect of ours, or a damaged table.
    var misplaced: TableError {
        TableError(
            .definite,
            reason: .corrupt,
            message: "row \(key.group.partitionKey): unexpected kind of row",
            row: key
        )
    }
}
