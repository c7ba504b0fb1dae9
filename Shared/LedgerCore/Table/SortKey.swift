/// How numbers and compound sort keys are written: fixed width, so that bytes sort like numbers.
enum SortKey {
    private static let offsetDigits = 20
    private static let partitionDigits = 5

    static func offset(_ offset: Offset) -> [UInt8] {
        digits(UInt64(offset.rawValue), width: offsetDigits)
    }

    static func offset(_ bytes: [UInt8]) -> Offset? {
        number(bytes, width: offsetDigits).flatMap(Int64.init(exactly:)).flatMap { Offset($0) }
    }

    static func partition(_ partition: Partition) -> [UInt8] {
        digits(UInt64(partition.index), width: partitionDigits)
    }

    static func partition(_ bytes: some Collection<UInt8>) -> Partition? {
        number(bytes, width: partitionDigits).flatMap { Partition(Int($0)) }
    }

    static func idempotency(_ sid: Incarnation, _ bytes: [UInt8]) -> TableKey? {
        let parts = bytes.split(separator: UInt8(ascii: "#"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == 64, let partition = partition(parts[1])
        else { return nil }
        return .idempotency(sid, keyHash: text(Array(parts[0])), partition)
    }

    /// Of the one row about the clock.
    static let clock = Array("highest".utf8)

    static func deletion(_ bytes: [UInt8]) -> TableKey? {
        let parts = text(bytes).split(separator: "#", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let stream = Incarnation(hex: parts[0])
        else { return nil }
        guard parts.count == 2 else { return .deletion(stream: stream, subscription: nil) }
        return Incarnation(hex: parts[1]).map { .deletion(stream: stream, subscription: $0) }
    }

    static func ring(_ bytes: [UInt8]) -> TableKey? {
        let parts = bytes.split(separator: UInt8(ascii: "#"), omittingEmptySubsequences: false)
        guard parts.count == 2, let stream = Incarnation(hex: text(Array(parts[0]))),
            let partition = partition(parts[1])
        else { return nil }
        return .ring(stream, partition)
    }

    /// The only row of its group.
    static let streamName = Array("NAME".utf8)
    /// The only row of its group.
    static let sweep = Array("SWEEP".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    private static func digits(_ value: UInt64, width: Int) -> [UInt8] {
        var rest = value
        var bytes = [UInt8](repeating: 0x30, count: width)
        var index = width
        while rest > 0 {
            index -= 1
            bytes[index] = 0x30 + UInt8(rest % 10)
            rest /= 10
        }
        return bytes
    }

    private static func number(_ bytes: some Collection<UInt8>, width: Int) -> UInt64? {
        guard bytes.count == width else { return nil }
        var value: UInt64 = 0
        for byte in bytes {
            guard (0x30...0x39).contains(byte) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = product + UInt64(byte - 0x30)
        }
        return value
    }
}
