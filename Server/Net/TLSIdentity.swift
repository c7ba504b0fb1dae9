import NIOCore
import NIOSSL
import NIOTLS
import Synchronization
import Glibc

/// Where the certificate is that a server shows, and its key.
package struct TLSFiles: Hashable, Sendable {
    /// The certificate chain, PEM, the server's own first.
    package var certificate: String
    /// The certificate's private key, PEM, without a passphrase.
    package var key: String

    /// Two files by their paths.
    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

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

/// Closes a connection whose TLS handshake takes too long.
///
/// Nothing else notices: until the handshake is over, nothing of the connection's traffic gets
/// through to those who look after the other time-outs.
final class HandshakeDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let allowance: TimeAmount
    private var timer: Scheduled<Void>?

    init(_ allowance: TimeAmount) {
        self.allowance = allowance
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: allowance) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent {
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }
}
