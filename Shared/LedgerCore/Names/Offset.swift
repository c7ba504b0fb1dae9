/// The position of one event in its partition: 0, 1, 2, … without holes.
public struct Offset: Hashable, Comparable, Sendable {
    /// The number itself, 0 ..< 2^63.
    public let rawValue: Int64

    /// The offset of a partition's first event.
    public static let zero = Offset(unchecked: 0)

    /// - Returns: nil when `rawValue` is negative.
    public init?(_ rawValue: Int64) {
        guard rawValue >= 0 else { return nil }
        self.rawValue = rawValue
    }

    init(unchecked rawValue: Int64) {
        precondition(rawValue >= 0, "an offset is never negative")
        self.rawValue = rawValue
    }

    /// The offset `count` events later.
    public func advanced(by count: Int) -> Offset {
        Offset(unchecked: rawValue + Int64(count))
    }

    /// The offset of the event before; traps at ``zero``.
    public var previous: Offset { Offset(unchecked: rawValue - 1) }

    /// The number of events from `other` up to this offset; negative when `other` is later.
    public func distance(from other: Offset) -> Int64 {
        rawValue - other.rawValue
    }

    /// In order of their values.
    public static func < (left: Offset, right: Offset) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// The number of a partition in its stream, 0 ..< partition count.
public struct Partition: Hashable, Comparable, Sendable {
    /// The number itself, 0 ..< 100.
    public let index: Int

    /// - Returns: nil outside 0 ..< `Limits.partitions.upperBound`.
    public init?(_ index: Int) {
        guard index >= 0, index < Limits.partitions.upperBound else { return nil }
        self.index = index
    }

    init(unchecked index: Int) {
        self.index = index
    }

    /// The partitions of a stream with `count` of them, in order.
    public static func all(_ count: Int) -> [Partition] {
        (0..<count).map(Partition.init(unchecked:))
    }

    /// In order of their values.
    public static func < (left: Partition, right: Partition) -> Bool {
        left.index < right.index
    }
}

/// The place of a subscription in one partition: everything before it was delivered.
public enum Position: Hashable, Sendable {
    /// Bootstrapping from the compacted state as of `watermark`: keys up to and including `after`
    /// were delivered (nil: none yet). The log follows at `watermark`.
    case snapshot(watermark: Offset, after: EventKey?)
    /// In the log; the next event is at this offset.
    case log(Offset)
}
