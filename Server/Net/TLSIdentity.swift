import NIOCore
import NIOSSL
import NIOTLS
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
    private let files: TLSFiles
    /// The name of the protocol under TLS (ALPN).
    private let applicationProtocol: String
    private let context: Mutex<NIOSSLContext>

    /// Reads both files; throws ``StartError`` when they can't be used.
    ///
    /// Clients that ask for it are told that the protocol is `applicationProtocol`, as registered for
    /// ALPN.
    init(_ files: TLSFiles, speaking applicationProtocol: String) throws(StartError) {
        self.files = files
        self.applicationProtocol = applicationProtocol
        context = Mutex(try Self.read(files, speaking: applicationProtocol))
    }

    /// Reads the files again, for connections from now on.
    ///
    /// Throws ``StartError`` when they can't be used, and keeps the old certificate.
    func reload() throws(StartError) {
        let new = try Self.read(files, speaking: applicationProtocol)
        context.withLock { $0 = new }
    }

    /// Makes the channel handler that decrypts one connection.
    func handler() -> NIOSSLServerHandler {
        NIOSSLServerHandler(context: context.withLock { $0 })
    }

    private static func read(
        _ files: TLSFiles,
        speaking applicationProtocol: String
    ) throws(StartError) -> NIOSSLContext {
        let chain = try contents(of: files.certificate, orError: "holds no certificate in PEM") {
            try NIOSSLCertificate.fromPEMFile($0)
        }
        let key = try contents(
            of: files.key,
            orError: "holds no private key in PEM, or one with a passphrase"
        ) {
            try NIOSSLPrivateKey(file: $0, format: .pem)
        }
        do {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(key)
            )
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = [applicationProtocol]
            // An ending connection waits so long for the client's own end of TLS.
            configuration.shutdownTimeout = .seconds(1)
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .unusableCertificate(files, message: "\(error)")
        }
    }

    /// Parses a file, and tells one that can't be read from one with the wrong content.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - damage: the reason to report where the file can be read and `read` throws.
    ///   - read: parses the file at its path.
    /// - Returns: the parsed content.
    /// - Throws: ``StartError/unusableFile(path:reason:)``.
    private static func contents<Content>(
        of path: String,
        orError damage: String,
        read: (String) throws -> Content
    ) throws(StartError) -> Content {
        do {
            return try read(path)
        } catch {
            throw .unusableFile(path: path, reason: unreadable(path) ?? damage)
        }
    }

    /// The system's reason why a file can't be read; nil when it can be.
    private static func unreadable(_ path: String) -> String? {
        FileContents.read(path, most: 1) == nil ? lastSystemError() : nil
    }
}

/// Closes a connection whose TLS handshake takes too long.
///
/// ``ConnectionMachine`` keeps the other time-outs and sees no traffic before the handshake's end.
final class HandshakeDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let allowance: TimeAmount
    private var timer: Scheduled<Void>?

    init(after allowance: TimeAmount) {
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
