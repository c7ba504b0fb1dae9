import LedgerBytes

/// The salt of a subscription's key hashes: made with the subscription, and never renewed.
package struct DeliverySalt: RandomID {
    /// The first 64 bits.
    package let high: UInt64
    /// The last 64 bits.
    package let low: UInt64

    /// A salt made of two given halves.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// The way in which a subscription's events are delivered when each is acknowledged by itself.
///
/// ```
/// 1 · order 1: 0 none, 1 key · exhausted 1: 0 park, 1 hold · uvarint ack wait, s
///   · uvarint most deliveries, 0: no limit · uvarint most open · uvarint most parked
///   · uvarint count · per pause: uvarint s
/// ```
package struct DeliveryPolicy: Hashable, Sendable {
    /// The order that consumers see.
    package enum Order: UInt8, Hashable, Sendable {
        /// As events come.
        case none = 0
        /// An event comes after all of its key before it are finished.
        case key = 1
    }

    /// The end of an event that has failed as often as it may.
    package enum Exhaustion: UInt8, Hashable, Sendable {
        /// It is parked, and later ones of its key go on.
        case park = 0
        /// It is parked, and its key waits.
        case hold = 1
    }

    package let order: Order
    /// The time that a consumer has for the events of one call, whole seconds in ``Limits/ackWait``.
    package var ackWait: Duration
    /// Failed deliveries before an event is parked, in ``Limits/maxDeliveries``; nil: no limit.
    package var maxDeliveries: Int?
    package var exhaustion: Exhaustion
    /// The pauses after its failures, whole seconds in ``Limits/backoff``; the last one repeats.
    package var backoff: [Duration]
    /// In ``Limits/maxOpen``.
    package var maxOpen: Int
    /// In ``Limits/maxParked``.
    package var maxParked: Int

    package init(
        order: Order = .key,
        ackWait: Duration = .seconds(30),
        maxDeliveries: Int? = 5,
        exhaustion: Exhaustion = .park,
        backoff: [Duration] = [.seconds(1), .seconds(10), .seconds(60), .seconds(300)],
        maxOpen: Int = 1_000,
        maxParked: Int = 10_000
    ) {
        self.order = order
        self.ackWait = ackWait
        self.maxDeliveries = maxDeliveries
        self.exhaustion = exhaustion
        self.backoff = backoff
        self.maxOpen = maxOpen
        self.maxParked = maxParked
    }

    /// True when its fields fit together and lie in their limits.
    package var isValid: Bool {
        Limits.ackWait.contains(ackWait) && Limits.backoffs.contains(backoff.count)
            && backoff.allSatisfy(Limits.backoff.contains)
            && (maxDeliveries.map(Limits.maxDeliveries.contains) ?? true)
            && Limits.maxOpen.contains(maxOpen) && Limits.maxParked.contains(maxParked)
            && (exhaustion == .park || order == .key)
    }

    /// True when a delivery is the last one that is permitted.
    func isLast(_ deliveries: Int) -> Bool { maxDeliveries.map { deliveries >= $0 } ?? false }

    /// The pause after an event's failure number `failures`, moved by up to a fifth by `chance`.
    func pause(after failures: Int, chance: UInt64) -> Duration {
        let usual = backoff[min(max(failures, 1), backoff.count) - 1].wholeMilliseconds
        let reach = usual * Limits.backoffJitter / 100
        guard reach > 0 else { return .milliseconds(usual) }
        return .milliseconds(usual - reach + Int64(chance % UInt64(2 * reach + 1)))
    }

    // MARK: The stored form

    private static let version: UInt8 = 1

    /// The policy as a row keeps it.
    package var encoded: [UInt8] {
        var bytes = [Self.version, order.rawValue, exhaustion.rawValue]
        let numbers =
            [ackWait.wholeSeconds, Int64(maxDeliveries ?? 0), Int64(maxOpen), Int64(maxParked)]
            + [Int64(backoff.count)] + backoff.map(\.wholeSeconds)
        for number in numbers { Varint.append(UInt64(number), to: &bytes) }
        return bytes
    }

    /// The inverse of ``encoded``; nil for anything it does not write.
    package static func decode(_ bytes: [UInt8]) -> DeliveryPolicy? {
        var reader = ByteReader(bytes)
        guard reader.byte() == version, let order = reader.byte().flatMap(Order.init),
            let exhaustion = reader.byte().flatMap(Exhaustion.init),
            let ackWait = reader.seconds(), let most = reader.smallNumber(),
            let maxOpen = reader.smallNumber(), let maxParked = reader.smallNumber(),
            let count = reader.smallNumber(), Limits.backoffs.contains(count)
        else { return nil }
        var backoff: [Duration] = []
        for _ in 0..<count {
            guard let pause = reader.seconds() else { return nil }
            backoff.append(pause)
        }
        let policy = DeliveryPolicy(
            order: order,
            ackWait: ackWait,
            maxDeliveries: most == 0 ? nil : most,
            exhaustion: exhaustion,
            backoff: backoff,
            maxOpen: maxOpen,
            maxParked: maxParked
        )
        return reader.isAtEnd && policy.isValid ? policy : nil
    }
}

extension ByteReader {
    fileprivate mutating func smallNumber() -> Int? {
        number().flatMap { $0 <= UInt64(Int32.max) ? Int($0) : nil }
    }

    fileprivate mutating func seconds() -> Duration? { smallNumber().map { .seconds($0) } }
}
