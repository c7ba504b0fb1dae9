import Testing

/// How secrets are compared.
///
/// A comparison that ends at the first difference tells, by its time, how much of a guess was right.
/// Measuring can't show that here, so the source is read.
@Suite("Secrets")
struct SecretTests {
    @Test("Hashes of keys and tags of cursors are compared by libcrypto's constant-time comparison")
    func comparison() throws {
        let hash = try Project.text("Shared/LedgerCore/Keys/APIKeyHash.swift")
        #expect(hash.contains("constantTimeEquals(bytes, other.bytes)"))
        #expect(!hash.contains("func =="), "a hash has no other comparison")
        #expect(!hash.contains("Hashable") && !hash.contains("Equatable"))
        let cursor = try Project.text("Shared/LedgerCore/Codec/Cursor.swift")
        #expect(cursor.contains("constantTimeEquals(HMACSHA256.tag("))
        let swift = try Project.text("Shared/LedgerBytes/SHA256.swift")
        #expect(swift.contains("el_memeq_constant_time(left, right, left.count)"))
        let c = try Project.text("Shared/CCrypto/CCrypto.c")
        #expect(c.contains("CRYPTO_memcmp(left, right, count) == 0"))
    }

    @Test("Who asks for a key's hash compares it by that", arguments: ["KeyGate", "KeyCache"])
    func users(_ name: String) throws {
        let source = try Project.text("Shared/LedgerService/Access/\(name).swift")
        #expect(source.contains("ash.matches(hash)"))
        #expect(!source.contains("hash.bytes") && !source.contains("hash.hex"))
    }
}
