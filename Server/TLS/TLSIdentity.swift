import NIOCore
import NIOSSL
import Synchronization

/// The certificate that new connections get to see: read from its files, now and on demand.
final class TLSIdentity: Sendable {
    private let files: TLSFiles
    private let context: Mutex<NIOSSLContext>

    /// Throws ``ConfigurationError/unusableCertificate(_:message:)``.
    init(_ files: TLSFiles) throws(ConfigurationError) {
        self.files = files
        context = Mutex(try Self.read(files))
    }

    /// Reads the files again, for connections from now on.
    ///
    /// Throws ``ConfigurationError/unusableCertificate(_:message:)``, and goes on with what it had.
    func reload() throws(ConfigurationError) {
        let new = try Self.read(files)
        context.withLock { $0 = new }
    }

    /// What decrypts one connection.
    func handler() -> NIOSSLServerHandler {
        NIOSSLServerHandler(context: context.withLock { $0 })
    }

    private static func read(_ files: TLSFiles) throws(ConfigurationError) -> NIOSSLContext {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(files.certificate)
            let key = try NIOSSLPrivateKey(file: files.key, format: .pem)
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
}
