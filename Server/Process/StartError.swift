/// A reason not to start a server.
package enum StartError: Error, Equatable, CustomStringConvertible {
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
    /// No web page has this origin.
    case invalidOrigin(String)
    /// The process may open too few files and sockets.
    case tooFewFiles(limit: Int, needed: Int)
    /// The table, or the folder of its file, can't be used; for a person.
    case storage(String)

    /// The data folder can't be used; `reason` is mostly in the system's words.
    static func folder(_ path: String, reason: String) -> StartError {
        .storage("the data folder \(path) can't be used: \(reason)")
    }

    /// The reason and a remedy, for the person who wrote the configuration.
    package var description: String {
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
            "cannot listen on \(Authority.text(host: host, port: port)): \(reason)"
        case .unusableCertificate(let files, let message):
            """
            no certificate to be had from \(files.certificate) with the key in \(files.key): \
            \(message)
            """
        case .invalidPort(let port):
            "\(port) is not a port: use 1 to 65535, or 0 for any free one"
        case .invalidOrigin(let origin):
            """
            \(origin) is no web page's origin: use a scheme and a host without a path, such as \
            https://console.example.com, or https://* or *
            """
        case .tooFewFiles(let limit, let needed):
            """
            this process may have \(limit) files and sockets open, and a server needs \(needed) at \
            least: raise the limit with ulimit -n, or LimitNOFILE= of its systemd unit
            """
        case .storage(let reason): reason
        }
    }
}
