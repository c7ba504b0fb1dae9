import LedgerBytes
import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("API keys")
struct APIKeyTests {
    private static let id = "0f3a9c5e7b1d2468"
    private static let secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    private static let text = "elk_\(id)_\(secret)"

    @Test("A key is read again as it was written")
    func roundTrip() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<100 {
            let key = APIKey.random(using: &random)
            let read = try #require(APIKey(key.text))
            #expect(read.id == key.id && read.text == key.text)
            #expect(read.hash.matches(key.hash))
            #expect(key.text.utf8.count == 64)
        }
    }

    @Test(
        "What is no key, or a key in another spelling, is refused",
        arguments: [
            "", "elk_", String(text.dropLast()), text + "A", text + "=", "ELK_\(id)_\(secret)",
            "elk_\(id.uppercased())_\(secret)", "elk_\(id)-\(secret)",
            "elk_\(id)_\(secret.dropLast())9",
            "elk_\(id)_\(secret.dropLast())+", " \(text.dropLast())",
            "elk_0f3a9c5e7b1d246_\(secret)8",
        ]
    )
    func refused(_ text: String) {
        #expect(APIKey(text) == nil)
    }

    @Test("The hash is the SHA-256 of the whole text")
    func hash() throws {
        let key = try #require(APIKey(Self.text))
        #expect(key.hash.hex == SHA256.digest(Array(Self.text.utf8)).hex)
        #expect(APIKeyHash(hex: key.hash.hex.uppercased())?.matches(key.hash) == true)
        for wrong in [
            "", String(key.hash.hex.dropLast()), key.hash.hex + "0", "x" + key.hash.hex.dropFirst(),
        ] {
            #expect(APIKeyHash(hex: wrong) == nil)
        }
    }

    @Test("Hashes differ in every byte that differs")
    func difference() throws {
        let hash = try #require(APIKey(Self.text)).hash
        for index in hash.bytes.indices {
            var bytes = hash.bytes
            bytes[index] ^= 1
            #expect(try #require(APIKeyHash(bytes: bytes)).matches(hash) == false)
        }
        #expect(APIKeyHash(bytes: hash.bytes.dropLast()) == nil)
    }

    @Test("A row is read again as it was written")
    func row() throws {
        let row = APIKeyRow(
            id: try #require(APIKeyID(Self.id)),
            name: "orders",
            hash: APIKeyHash(of: Self.text),
            scopes: try ["admin:*", "publish,consume:orders-*", "consume:a"].map {
                try #require(Scope($0))
            },
            created: Timestamp(milliseconds: 5),
            expires: Timestamp(milliseconds: 7_000)
        )
        let read = try APIKeyRow(row.item)
        #expect(read.item == row.item)
        #expect(read.scopes == row.scopes)
        #expect(read.item.number(.ttl) == 7 + Limits.expiredKeyAge.wholeSeconds)
        #expect(!read.hasExpired(at: Timestamp(milliseconds: 6_999)))
        #expect(read.hasExpired(at: Timestamp(milliseconds: 7_000)))
        for name in [Attribute.name, .keyHash, .scopes, .created] {
            var damaged = row.item
            damaged[name] = nil
            #expect(throws: TableError.self) { try APIKeyRow(damaged) }
        }
        var damaged = row.item
        damaged[.scopes] = .string("admin:* nonsense")
        #expect(throws: TableError.self) { try APIKeyRow(damaged) }
    }
}
