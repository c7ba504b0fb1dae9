import CCrypto

/// SHA-256 (FIPS 180-4), over bytes in any number of pieces.
package struct SHA256: ~Copyable {
    /// Bytes of a digest.
    package static let digestCount = 32

    private var state = el_sha256_state()

    /// Starts a hash over no bytes yet.
    package init() {
        el_sha256_init(&state)
    }

    /// Adds bytes to what is hashed.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        el_sha256_update(&state, bytes.baseAddress, bytes.count)
    }

    /// Adds bytes to what is hashed.
    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The digest of all bytes added.
    package consuming func finalize() -> Digest {
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.digestCount) { digest, count in
            el_sha256_final(&state, digest.baseAddress)
            count = Self.digestCount
        }
        return Digest(trusted: bytes)
    }

    /// The digest of `bytes`.
    package static func digest(_ bytes: UnsafeRawBufferPointer) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finalize()
    }

    /// The digest of the parts, one after the other.
    package static func digest(_ parts: [UInt8]...) -> Digest {
        var hash = SHA256()
        for part in parts { hash.update(part) }
        return hash.finalize()
    }
}

/// HMAC with SHA-256 (RFC 2104).
package enum HMACSHA256 {
    /// Bytes of a tag.
    package static let tagCount = 32

    /// The 32-byte tag of `message` under `key`.
    package static func tag(key: [UInt8], message: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: tagCount) { tag, count in
            el_hmac_sha256(key, key.count, message, message.count, tag.baseAddress)
            count = tagCount
        }
    }
}

/// The library that hashes.
package enum CryptoLibrary {
    /// The version text of OpenSSL's libcrypto.
    package static var version: String { String(cString: el_crypto_version()) }
}

/// Compares two secrets in a time that depends on their lengths only.
package func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && el_memeq_constant_time(left, right, left.count)
}
