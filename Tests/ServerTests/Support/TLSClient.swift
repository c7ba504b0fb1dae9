import TLSPeer
import Testing

@testable import LedgerServer

/// A TLS client that is given the server's bytes, and asked for its own.
///
/// It trusts every server. Not `Sendable`: it is for one test.
final class TLSClient {
    enum Version: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case tls12 = "TLS 1.2"
        case tls13 = "TLS 1.3"

        var testDescription: String { rawValue }

        var number: tls_peer_version { self == .tls13 ? TLS_PEER_1_3 : TLS_PEER_1_2 }
    }

    /// What a step has come to.
    enum Step {
        case done
        case wantsInput
        /// The server has said that this was all.
        case ended
        case failed

        fileprivate init(_ step: tls_peer_step) {
            switch step {
            case TLS_PEER_DONE: self = .done
            case TLS_PEER_WANTS_INPUT: self = .wantsInput
            case TLS_PEER_ENDED: self = .ended
            default: self = .failed
            }
        }
    }

    /// Alerts by their numbers, RFC 8446, 6.
    enum Alert {
        static let closeNotify = 0
        static let badRecord = 20
        static let noRenegotiation = 100
    }

    private let peer: OpaquePointer

    /// - Parameters:
    ///   - version: the only one that it speaks.
    ///   - fragment: the most bytes of plaintext in one of its records.
    init(_ version: Version, fragment: Int = Int(TLS_PEER_LARGEST_FRAGMENT)) {
        peer = tls_peer_make(version.number, fragment)
    }

    deinit {
        tls_peer_free(peer)
    }

    // MARK: The network

    func receive(_ bytes: [UInt8]) {
        tls_peer_receive(peer, bytes, bytes.count)
    }

    /// What waits for the server.
    func output() -> [UInt8] {
        let count = tls_peer_output_count(peer)
        return [UInt8](unsafeUninitializedCapacity: count) { bytes, initialized in
            tls_peer_take_output(peer, bytes.baseAddress, count)
            initialized = count
        }
    }

    // MARK: The connection

    func shakeHands() -> Step {
        Step(tls_peer_shake_hands(peer))
    }

    @discardableResult
    func write(_ plaintext: [UInt8]) -> Bool {
        tls_peer_write(peer, plaintext, plaintext.count) == TLS_PEER_DONE
    }

    /// Everything that can be decrypted now, and what came behind it.
    func read() -> (plaintext: [UInt8], end: Step) {
        var plaintext: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            var count = 0
            let step = tls_peer_read(peer, &part, part.count, &count)
            guard step == TLS_PEER_DONE else { return (plaintext, Step(step)) }
            plaintext += part[..<count]
        }
    }

    /// Changes the keys of both sides.
    func updateKeys() -> Bool { tls_peer_update_keys(peer) }
    /// The number of times that the server has changed its keys.
    var keyUpdates: Int { Int(tls_peer_key_updates(peer)) }

    func renegotiate() -> Bool { tls_peer_renegotiate(peer) }

    /// Says that it sends no more, as TLS does.
    func endOutput() { tls_peer_end_output(peer) }

    /// The server's last one, which may be ``Alert/closeNotify``.
    var alert: Int? {
        let alert = Int(tls_peer_alert(peer))
        return alert == TLS_PEER_NO_ALERT ? nil : alert
    }

    /// Does what other users of libcrypto may do on the thread that is serving.
    static func leaveError() { tls_peer_leave_error() }

    // MARK: Resumption

    /// What is remembered of a connection, for another one.
    final class Session {
        fileprivate let session: OpaquePointer

        fileprivate init(_ session: OpaquePointer) {
            self.session = session
        }

        deinit {
            tls_peer_session_free(session)
        }

        var isResumable: Bool { tls_peer_session_is_resumable(session) }
    }

    func session() -> Session { Session(tls_peer_take_session(peer)) }

    /// Begins the handshake with the offer to resume.
    func offer(_ session: Session) { tls_peer_offer(peer, session.session) }

    var isResumed: Bool { tls_peer_is_resumed(peer) }
}

/// A certificate that signs itself, with its key, in memory.
final class TLSPair {
    private let identity: OpaquePointer
    /// PEM.
    let certificate: String
    /// PEM.
    let key: String

    /// Makes a P-256 key, or one for RSA if it is told how many bits.
    init(rsaBits: UInt32 = 0, passphrase: String? = nil) {
        identity = tls_peer_identity_make(rsaBits, passphrase)
        certificate = String(cString: tls_peer_identity_certificate(identity))
        key = String(cString: tls_peer_identity_key(identity))
    }

    deinit {
        tls_peer_identity_free(identity)
    }

    /// What the server makes of it.
    func loaded() throws(TLSCertificateError) -> TLSCertificate {
        try TLSCertificate(certificate, key: key)
    }

    /// What a client remembers of another server that has it, and does resume.
    func sessionElsewhere(_ version: TLSClient.Version) -> TLSClient.Session? {
        tls_peer_session_elsewhere(version.number, identity).map(TLSClient.Session.init)
    }
}

extension TLSCertificate {
    convenience init(_ chain: String, key: String) throws(TLSCertificateError) {
        try self.init(chain: Array(chain.utf8), key: Array(key.utf8), speaking: "http/1.1")
    }
}
