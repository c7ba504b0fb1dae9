/// MurmurHash2 as Kafka's default partitioner uses it: 32 bits, seed 0x9747b28c.
package enum Murmur2 {
    private static let seed: UInt32 = 0x9747_b28c
    private static let multiplier: UInt32 = 0x5bd1_e995

    /// The hash of `bytes`, with the sign that Java gives it.
    package static func hash(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        var hash = seed ^ UInt32(truncatingIfNeeded: bytes.count)
        let words = bytes.count / 4
        for word in 0..<words {
            let value = UInt32(
                littleEndian: bytes.loadUnaligned(fromByteOffset: word * 4, as: UInt32.self)
            )
            var mixed = value &* multiplier
            mixed ^= mixed >> 24
            hash = hash &* multiplier ^ mixed &* multiplier
        }
        let tail = bytes.count & 3
        if tail > 0 {
            for index in 0..<tail { hash ^= UInt32(bytes[words * 4 + index]) << UInt32(index * 8) }
            hash = hash &* multiplier
        }
        hash ^= hash >> 13
        hash = hash &* multiplier
        hash ^= hash >> 15
        return Int32(bitPattern: hash)
    }

    /// The hash of `bytes`, with the sign that Java gives it.
    package static func hash(_ bytes: [UInt8]) -> Int32 {
        bytes.withUnsafeBytes { hash($0) }
    }
}

/// Assigns keys to partitions with the same result as Kafka's default partitioner.
package enum Partitioner {
    /// The partition of `key` in a stream of `count` partitions, at least 1.
    package static func partition(forKey key: UnsafeRawBufferPointer, count: Int) -> Partition {
        Partition(unchecked: Int(Murmur2.hash(key) & Int32.max) % count)
    }

    /// The partition of `key` in a stream of `count` partitions, at least 1.
    package static func partition(forKey key: [UInt8], count: Int) -> Partition {
        key.withUnsafeBytes { partition(forKey: $0, count: count) }
    }
}
