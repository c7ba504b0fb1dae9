import LedgerBytes

/// A random 128-bit id: what is made anew gets another one, so it is never taken for what had its
/// name or place before.
///
/// Each kind of thing has a type of its own, so no id is passed where another kind's is expected.
public protocol RandomID: Hashable, Sendable {
    /// The first 64 bits, big-endian in text.
    var high: UInt64 { get }
    /// The last 64 bits.
    var low: UInt64 { get }

    /// An id made of two given halves.
    init(high: UInt64, low: UInt64)
}

extension RandomID {
    /// A fresh id from `generator`.
    public static func random(using generator: inout some RandomNumberGenerator) -> Self {
        Self(high: generator.next(), low: generator.next())
    }

    /// 32 lower-case hexadecimal digits.
    public var hex: String {
        Hexadecimal.encode(bytes)
    }

    /// Both halves as 16 bytes, big-endian.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        for half in [high, low] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: half >> UInt64(shift)))
            }
        }
        return bytes
    }

    /// The inverse of ``bytes``; nil unless there are 16.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.init(
            high: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
            low: bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
        )
    }

    /// The inverse of ``hex``; nil unless the text is 32 lower-case hexadecimal digits.
    public init?(hex: some StringProtocol) {
        guard let bytes = Hexadecimal.decode(Array(hex.utf8)) else { return nil }
        self.init(bytes: bytes)
    }
}

/// The id of a stream's incarnation.
///
/// A stream that is deleted and created again gets a new one, so it shares no row with its
/// predecessor.
public struct StreamIncarnation: RandomID {
    /// The first 64 bits, big-endian in text.
    public let high: UInt64
    /// The last 64 bits.
    public let low: UInt64

    /// An id made of two given halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// The id of a subscription's incarnation: one that is created anew shares no position with its
/// predecessor.
public struct SubscriptionIncarnation: RandomID {
    /// The first 64 bits, big-endian in text.
    public let high: UInt64
    /// The last 64 bits.
    public let low: UInt64

    /// An id made of two given halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// The id of a transaction, by which a table recognises a repetition.
public struct TransactionToken: RandomID {
    /// The first 64 bits, big-endian in text.
    public let high: UInt64
    /// The last 64 bits.
    public let low: UInt64

    /// An id made of two given halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// The id of an append, stored in its chunks, by which a writer recognises its own.
package struct AppendID: RandomID {
    /// The first 64 bits, big-endian in text.
    package let high: UInt64
    /// The last 64 bits.
    package let low: UInt64

    /// An id made of two given halves.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The token of the transaction that writes the append: its writes never change.
    var token: TransactionToken { TransactionToken(high: high, low: low) }
}

/// The id of one ring for a partition (``KeptRingRow``), by which it is told from a later one.
package struct RingToken: RandomID {
    /// The first 64 bits, big-endian in text.
    package let high: UInt64
    /// The last 64 bits.
    package let low: UInt64

    /// An id made of two given halves.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// The id of a run of the sweep, which holds the lease under it.
package struct SweepHolder: RandomID {
    /// The first 64 bits, big-endian in text.
    package let high: UInt64
    /// The last 64 bits.
    package let low: UInt64

    /// An id made of two given halves.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}
