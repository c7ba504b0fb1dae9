import CTLS
import NIOCore
import Platform
import Synchronization

/// The files of a server's certificate and its private key.
package struct TLSFiles: Hashable, Sendable {
    /// The certificate chain, PEM, the server's own first.
    package var certificate: String
    /// The certificate's private key, PEM, without a passphrase.
    package var key: String

    /// Names both files by their paths; nothing is read yet.
    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// The certificate for new connections, read from its files at the start and on demand.
final class TLSIdentity: Sendable {
    /// Certificates and keys are a few kilobytes.
    private static let mostBytes = 1 << 20

    private let files: TLSFiles
    /// The name of the protocol under TLS (ALPN).
    private let applicationProtocol: String
    private let certificate: Mutex<TLSCertificate>

    /// Reads both files; throws ``StartError`` when they can't be used.
    ///
    /// Clients that ask for it are told that the protocol is `applicationProtocol`, as registered for
    /// ALPN.
    init(_ files: TLSFiles, speaking applicationProtocol: String) throws(StartError) {
        self.files = files
        self.applicationProtocol = applicationProtocol
        certificate = Mutex(try Self.read(files, speaking: applicationProtocol))
    }

    /// Reads the files again, for connections from now on.
    ///
    /// Throws ``StartError`` when they can't be used, and keeps the old certificate.
    func reload() throws(StartError) {
        let new = try Self.read(files, speaking: applicationProtocol)
        certificate.withLock { $0 = new }
    }

    /// Makes the channel handler that decrypts one connection, whose handshake may take `time`.
    func handler(allowing time: TimeAmount) -> TLSHandler {
        TLSHandler(certificate.withLock { $0 }, handshakeTime: time)
    }

    private static func read(
        _ files: TLSFiles,
        speaking applicationProtocol: String
    ) throws(StartError) -> TLSCertificate {
        let (chain, key) = (try contents(of: files.certificate), try contents(of: files.key))
        do throws(TLSCertificateError) {
            return try TLSCertificate(chain: chain, key: key, speaking: applicationProtocol)
        } catch {
            throw startError(error, about: files)
        }
    }

    private static func contents(of path: String) throws(StartError) -> [UInt8] {
        guard let bytes = FileContents.read(path, most: mostBytes) else {
            throw .unusableFile(path: path, reason: lastSystemError())
        }
        return bytes
    }

    private static func startError(
        _ error: TLSCertificateError,
        about files: TLSFiles
    ) -> StartError {
        switch error {
        case .noCertificate:
            .unusableFile(path: files.certificate, reason: "holds no certificate in PEM")
        case .noKey:
            .unusableFile(
                path: files.key,
                reason: "holds no private key in PEM, or one with a passphrase"
            )
        case .unusable(let reason): .unusableCertificate(files, message: reason)
        }
    }
}

/// A reason for which nobody can be served with a certificate.
enum TLSCertificateError: Error, Equatable {
    /// The chain is not in PEM.
    case noCertificate
    /// The key is not in PEM, or needs a passphrase.
    case noKey
    /// They can be read and don't go together, or are too weak; in libssl's words.
    case unusable(String)
}

/// A certificate with its key, as the system's libssl holds them.
///
/// `@unchecked Sendable` because libssl shares it among threads by itself.
final class TLSCertificate: @unchecked Sendable {
    private let identity: OpaquePointer

    /// Parses both, PEM; the chain begins with the server's own certificate.
    init(
        chain: [UInt8],
        key: [UInt8],
        speaking applicationProtocol: String
    ) throws(TLSCertificateError) {
        var made: OpaquePointer?
        var reason = [CChar](repeating: 0, count: Int(EL_TLS_ERROR_ROOM))
        let fitness = el_tls_identity_make(
            chain,
            chain.count,
            key,
            key.count,
            applicationProtocol,
            &made,
            &reason
        )
        switch (fitness, made) {
        case (EL_TLS_USABLE, let made?): identity = made
        case (EL_TLS_NO_CERTIFICATE, _): throw .noCertificate
        case (EL_TLS_NO_KEY, _): throw .noKey
        default: throw .unusable(Self.text(reason))
        }
    }

    private static func text(_ characters: [CChar]) -> String {
        let bytes = characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        return String(decoding: bytes, as: UTF8.self)
    }

    deinit {
        el_tls_identity_free(identity)
    }

    /// Begins a connection; nil without memory.
    func makeSession() -> TLSSession? {
        el_tls_session_make(identity).map { TLSSession($0, of: self) }
    }
}
