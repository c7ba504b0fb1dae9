import LedgerCore
import Testing

@Suite struct PartitionerTests {
    /// From Kafka's own unit tests.
    static let vectors: [(String, Int32)] = [
        ("21", -973_932_308),
        ("foobar", -790_332_482),
        ("a-little-bit-long-string", -985_981_536),
        ("a-little-bit-longer-string", -1_486_304_829),
        ("abc", 479_470_107),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
    ]

    @Test("A key has the hash that Kafka gives it", arguments: vectors)
    func hashes(_ vector: (String, Int32)) {
        #expect(Murmur2.hash(Array(vector.0.utf8)) == vector.1)
    }

    @Test("A key goes to the partition that Kafka chooses", arguments: vectors)
    func partitions(_ vector: (String, Int32)) {
        for count in [1, 2, 3, 100] {
            let expected = Int(UInt32(bitPattern: vector.1) & 0x7fff_ffff) % count
            let partition = Partitioner.partition(forKey: Array(vector.0.utf8), count: count)
            #expect(partition.index == expected)
        }
    }

    @Test("An empty key has Kafka's hash, and high bytes count as unsigned")
    func emptyAndHighBytes() {
        // Kafka hashes bytes as unsigned; a sign-extended tail would differ.
        #expect(Murmur2.hash([]) == 275_646_681)
        #expect(Partitioner.partition(forKey: [0xff, 0xfe, 0xfd], count: 7).index < 7)
    }
}
