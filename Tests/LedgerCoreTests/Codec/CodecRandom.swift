import LedgerCore

/// splitmix64: the same seed, the same test.
struct CodecRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }

    /// Text that compresses about as JSON does.
    mutating func json(_ count: Int) -> [UInt8] {
        let words = ["{\"name\":", "\"amount\":", "12.50,", "true,", "null}", "\"Zoë\"", "[1,2]"]
        var text: [UInt8] = []
        while text.count < count {
            text += Array(words[Int.random(in: 0..<words.count, using: &self)].utf8)
            text += Array(String(next() & 0xffff).utf8)
        }
        return Array(text.prefix(count))
    }
}

/// An event as the tests see it.
struct SampleEvent: Equatable {
    var key: [UInt8]
    var type: [UInt8]
    var headers: [[[UInt8]]]
    var data: [UInt8]
    var delta: UInt64

    static func random(
        using random: inout CodecRandom,
        dataBytes: ClosedRange<Int> = 0...300,
        compressible: Bool = true
    ) -> SampleEvent {
        let headerCount = random.next() & 3 == 0 ? Int.random(in: 0...5, using: &random) : 0
        let size = Int.random(in: dataBytes, using: &random)
        return SampleEvent(
            key: random.bytes(Int.random(in: 1...200, using: &random)),
            type: Array("order.placed".utf8),
            headers: (0..<headerCount).map { _ in
                [random.bytes(Int.random(in: 0...9, using: &random)), random.json(130)]
            },
            data: compressible ? random.json(size) : random.bytes(size),
            delta: random.next() & 1 == 0 ? 0 : random.next() >> UInt64(random.next() % 40 + 24)
        )
    }

    var encodedHeaders: RecordHeaders? {
        guard !headers.isEmpty else { return nil }
        var encoded = RecordHeaders()
        for header in headers { encoded.append(name: header[0], value: header[1]) }
        return encoded
    }
}

extension Records {
    init(_ events: some Sequence<SampleEvent>) {
        self.init()
        for event in events {
            append(
                key: event.key,
                type: event.type,
                headers: event.encodedHeaders,
                data: event.data,
                timestampDelta: event.delta
            )
        }
    }
}

extension DecodedBatch {
    var samples: [SampleEvent] {
        records.map { record in
            var headers: [[[UInt8]]] = []
            forEachHeader(of: record) { headers.append([Array($0), Array($1)]) }
            return SampleEvent(
                key: copy(record.key),
                type: copy(record.type),
                headers: headers,
                data: copy(record.data),
                delta: record.timestampDelta
            )
        }
    }
}

/// The offset or a test that is wrong.
func offset(_ value: Int64) -> Offset {
    guard let offset = Offset(value) else { preconditionFailure("negative offset in a test") }
    return offset
}
