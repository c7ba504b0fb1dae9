import CTLS
import NIOCore

/// The server's side of one connection in the system's libssl, which reads and writes memory only.
///
/// Not `Sendable`: it is for one event loop.
final class TLSSession {
    enum HandshakeStep {
        case wantsInput
        case shookHands
        case failed
    }

    enum ReadEnd {
        /// All input was used, and more may follow.
        case wantsInput
        /// The client has ended its direction, as TLS does.
        case inputEnded
        /// The session is of no more use.
        case failed
    }

    private let session: OpaquePointer
    private let certificate: TLSCertificate

    /// Takes a session over, which needs its certificate as long as it lives.
    init(_ session: OpaquePointer, of certificate: TLSCertificate) {
        self.session = session
        self.certificate = certificate
    }

    deinit {
        el_tls_session_free(session)
    }

    /// Has `body` shake hands and read by bytes from the network.
    func withInput(_ bytes: UnsafeRawBufferPointer, body: () -> Void) {
        el_tls_lend_input(session, bytes.baseAddress, bytes.count)
        body()
        el_tls_lend_input(session, nil, 0)
    }

    func shakeHands() -> HandshakeStep {
        switch el_tls_shake_hands(session) {
        case EL_TLS_SHOOK_HANDS: .shookHands
        case EL_TLS_WANTS_INPUT: .wantsInput
        default: .failed
        }
    }

    /// Decrypts all input.
    func read(into plaintext: inout ByteBuffer) -> ReadEnd {
        while true {
            var step = EL_TLS_FAILED
            plaintext.writeWithUnsafeMutableBytes(minimumWritableBytes: 1) {
                var count = 0
                step = el_tls_read(session, $0.baseAddress, $0.count, &count)
                return step == EL_TLS_READ ? count : 0
            }
            switch step {
            case EL_TLS_READ: continue
            case EL_TLS_WANTS_INPUT: return .wantsInput
            case EL_TLS_INPUT_ENDED: return .inputEnded
            default: return .failed
            }
        }
    }

    /// Encrypts bytes into the output; false when the session is of no more use.
    func write(_ plaintext: ByteBuffer) -> Bool {
        guard plaintext.readableBytes > 0 else { return true }
        return plaintext.withUnsafeReadableBytes {
            el_tls_write(session, $0.baseAddress, $0.count)
        }
    }

    /// Ends the server's direction, as TLS does.
    func endOutput() {
        el_tls_end_output(session)
    }

    /// Takes what waits for the network; nil when nothing does.
    func output(_ allocator: ByteBufferAllocator) -> ByteBuffer? {
        let count = el_tls_output_count(session)
        guard count > 0 else { return nil }
        var output = allocator.buffer(capacity: count)
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: count) {
            el_tls_take_output(session, $0.baseAddress)
            return count
        }
        return output
    }
}
