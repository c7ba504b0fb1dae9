import NIOCore
import NIOSSL
import Synchronization
import Glibc

/// The certificate that new connections get to see: read from its files, now and on demand.
final class TLSIdentity: Sendable {
    private let files: TLSFiles
    private let context: Mutex<NIOSSLContext>

    /// Throws ``ConfigurationError`` when the files can't be used.
    init(_ files: TLSFiles) throws(ConfigurationError) {
        self.files = files
        context = Mutex(try Self.read(files))
    }

    /// Reads the files again, for connections from now on.
    ///
    /// Throws ``ConfigurationError`` when they can't be used, and goes on with what it had.
    func reload() throws(ConfigurationError) {
        let new = try Self.read(files)
        context.withLock { $0 = new }
    }

    /// What decrypts one connection.
    func handler() -> NIOSSLServerHandler {
        NIOSSLServerHandler(context: context.withLock { $0 })
    }

    private static func read(_ files: TLSFiles) throws(ConfigurationError) -> NIOSSLContext {
        let chain = try use(files.certificate, "holds no certificate in PEM") {
            try NIOSSLCertificate.fromPEMFile($0)
        }
        let key = try use(files.key, "holds no private key in PEM, or one with a passphrase") {
            try NIOSSLPrivateKey(file: $0, format: .pem)
        }
        do {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(key)
            )
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            // How long a connection that ends waits for the client to say so too.
            configuration.shutdownTimeout = .seconds(1)
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .unusableCertificate(files, message: "\(error)")
        }
    }

    /// Makes something of a file; a file that can't be read is not a damaged one.
    private static func use<Content>(
        _ path: String,
        _ damage: String,
        _ read: (String) throws -> Content
    ) throws(ConfigurationError) -> Content {
        do {
            return try read(path)
        } catch {
            throw .unusableFile(path: path, reason: unreadable(path) ?? damage)
        }
    }

    /// Why a file can't be read; nil when it can.
    private static func unreadable(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return String(cString: strerror(errno)) }
        defer { close(file) }
        var byte: UInt8 = 0
        return Glibc.read(file, &byte, 1) < 0 ? String(cString: strerror(errno)) : nil
    }
}
