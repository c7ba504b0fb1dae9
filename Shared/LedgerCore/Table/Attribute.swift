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
