/// Why a server does not start with a configuration.
public enum ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// The host is reachable from other machines, and requests would not be authenticated.
    case loopbackOnly(host: String)
    /// A certificate's file, or its key's, can't be used.
    case unusableFile(path: String, reason: String)
    /// The files hold no certificate with its key.
    case unusableCertificate(TLSFiles, message: String)
    /// The system does not let the server listen there.
    case cannotListen(host: String, port: Int, reason: String)
    /// No TCP port has this number.
    case invalidPort(Int)

    /// For the person who wrote the configuration.
    public var description: String {
        switch self {
        case .loopbackOnly(let host):
            """
            refusing to listen on \(host): everyone who reaches it could read and change every \
            stream. Addresses other than loopback need API keys: `eventledger key new` makes the \
            first one, and --root-key-hash turns them on. Without keys use 127.0.0.1, ::1 or \
            localhost
            """
        case .unusableFile(let path, let reason): "\(path): \(reason)"
        case .cannotListen(let host, let port, let reason):
            "cannot listen on \(host.contains(":") ? "[\(host)]" : host):\(port): \(reason)"
        case .unusableCertificate(let files, let message):
            """
            no certificate to be had from \(files.certificate) with the key in \(files.key): \
            \(message)
            """
        case .invalidPort(let port):
            "\(port) is not a port: use 1 to 65535, or 0 for any free one"
        }
    }
}
