import Testing
import TLSPeer

@testable import LedgerServer

/// What nobody can be served with is refused when it is read, and not when the first client comes.
@Suite("TLS certificate")
struct TLSCertificateTests {
    private let pair = TLSPair()

    @Test("A certificate with its key is taken, with others behind it and words around them")
    func usable() throws {
        let chain = "issued to us:\n" + pair.certificate + "by\n" + TLSPair().certificate + "end\n"
        _ = try TLSCertificate(chain, key: "our key:\n" + pair.key)
        // What `openssl ecparam -genkey` writes in front of a key.
        let curve = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
        _ = try TLSCertificate(pair.certificate, key: curve + pair.key)
        // One file for both, as some programs write it.
        _ = try TLSCertificate(pair.key + pair.certificate, key: pair.certificate + pair.key)
        let connection = try TLSConnection(
            TLSClient(.tls13),
            certificate: TLSPair(rsaBits: 2048).loaded()
        )
        try connection.shakeHands()
        #expect(connection.behind.events == [.active])
    }

    @Test(
        "A chain that is no PEM is no certificate",
        arguments: ["", "\0", "certificate", "-----BEGIN CERTIFICATE-----"]
    )
    func noCertificate(_ chain: String) {
        #expect(throws: TLSCertificateError.noCertificate) {
            try TLSCertificate(chain, key: pair.key)
        }
        #expect(throws: TLSCertificateError.noKey) {
            try TLSCertificate(pair.certificate, key: chain)
        }
    }

    @Test("A chain is read to its end: a broken block in it is no certificate")
    func brokenChain() {
        let begin = "-----BEGIN CERTIFICATE-----\n"
        let end = "-----END CERTIFICATE-----\n"
        let broken = [
            begin + "bm90aGluZw==\n" + end, begin + "!\n" + end, begin + end,
            // A file that was cut off.
            String(pair.certificate.dropLast(end.count + 10)),
            String(pair.certificate.dropLast(2)),
        ]
        for block in broken {
            for chain in [block, pair.certificate + block] {
                #expect(throws: TLSCertificateError.noCertificate, "\(chain)") {
                    try TLSCertificate(chain, key: pair.key)
                }
            }
        }
    }

    @Test("A key with a passphrase is none, and nobody is asked for it")
    func passphrase() {
        tls_peer_count_prompts()
        let locked = TLSPair(passphrase: "secret")
        #expect(throws: TLSCertificateError.noKey) { try locked.loaded() }
        #expect(tls_peer_prompts() == 0)
    }

    @Test("A key of another certificate is refused, in libssl's words")
    func otherKey() {
        #expect(throws: TLSCertificateError.unusable("key values mismatch")) {
            try TLSCertificate(pair.certificate, key: TLSPair().key)
        }
        #expect(throws: TLSCertificateError.self) {
            try TLSCertificate(pair.certificate, key: TLSPair(rsaBits: 2048).key)
        }
    }

    @Test(
        "A key that is too weak is refused, in libssl's words",
        arguments: [512, 1024] as [UInt32]
    )
    func weakKey(bits: UInt32) {
        #expect(throws: TLSCertificateError.unusable("ee key too small")) {
            try TLSPair(rsaBits: bits).loaded()
        }
    }

    @Test("A weak certificate in the chain is refused as well")
    func weakIssuer() {
        #expect(throws: TLSCertificateError.unusable("ca key too small")) {
            try TLSCertificate(pair.certificate + TLSPair(rsaBits: 512).certificate, key: pair.key)
        }
    }
}
