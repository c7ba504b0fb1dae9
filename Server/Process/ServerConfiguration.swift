package import LedgerCore
package import LedgerService
package import LineLog
package import Logging

/// The server's address, what it refuses, and how it logs.
package struct ServerConfiguration: Sendable {
    /// An address; without keys a loopback address or `localhost`: see ``validate()``.
    package var host: String
    /// The TCP port; 0 lets the system choose one.
    package var port: Int
    /// The policy for API keys: off, or on with the operator's key.
    package var keys: KeyPolicy
    /// Origins of web pages that may call the API, such as `https://console.example.com`, `https://*`
    /// or `*`.
    package var corsOrigins: [String]
    /// The files of the certificate to serve HTTPS with; nil serves plain HTTP.
    package var tls: TLSFiles?
    /// The rules that the ledger keeps.
    package var rules = Rules.all
    /// Connections that the table may have open, which take files from the clients' ones.
    var tableConnections = 0
    /// Threads that serve connections; nil takes one for each core this process may use.
    package var eventLoops: Int?
    /// Limits on one request.
    package var limits: HTTPLimits
    /// Limits on all clients together.
    package var connections: ConnectionLimits
    /// The time that clients get for each step of a request.
    package var timeouts: ConnectionTimeouts
    /// The form of log lines; nil takes text on a terminal and JSON anywhere else.
    package var logFormat: LogFormat?
    /// Records below this level are not written.
    package var logLevel: Logger.Level

    /// A configuration; every value has a default that suits one machine.
    package init(
        host: String = "127.0.0.1",
        port: Int = 8080,
        keys: KeyPolicy = .off,
        corsOrigins: [String] = [],
        tls: TLSFiles? = nil,
        eventLoops: Int? = nil,
        limits: HTTPLimits = HTTPLimits(),
        connections: ConnectionLimits = ConnectionLimits(),
        timeouts: ConnectionTimeouts = ConnectionTimeouts(),
        logFormat: LogFormat? = nil,
        logLevel: Logger.Level = .info
    ) {
        self.host = host
        self.port = port
        self.keys = keys
        self.corsOrigins = corsOrigins
        self.tls = tls
        self.eventLoops = eventLoops
        self.limits = limits
        self.connections = connections
        self.timeouts = timeouts
        self.logFormat = logFormat
        self.logLevel = logLevel
    }

    /// Threads that serve connections.
    var loops: Int { max(1, eventLoops ?? Processors.available) }

    /// Files and sockets that connections of clients can't have.
    var reservedFiles: Int { FileLimit.reserved(loops: loops, table: tableConnections) }

    /// Throws ``ConfigurationError`` when the server must not start like this.
    package func validate() throws(ConfigurationError) {
        guard keys.isOn || Loopback.contains(host) else { throw .loopbackOnly(host: host) }
        guard (0...65535).contains(port) else { throw .invalidPort(port) }
        for origin in corsOrigins where !AllowedOrigins.isValid(origin) {
            throw .invalidOrigin(origin)
        }
    }

    /// True when keys and events cross a network without TLS, readable for everyone on the way.
    package var isReadableOnTheWay: Bool { tls == nil && !Loopback.contains(host) }
}

/// Limits on one request.
package struct HTTPLimits: Sendable {
    /// A request body as received, bytes.
    package var bodyBytes: Int
    /// The request target of a request line, bytes.
    package var targetBytes: Int
    /// The request target and all header names and values together, bytes.
    package var headerBytes: Int
    /// Header fields in one request.
    package var headerCount: Int

    /// Limits whose defaults suit one machine.
    package init(
        bodyBytes: Int = Limits.bodyBytes,
        targetBytes: Int = 8 * 1024,
        headerBytes: Int = 32 * 1024,
        headerCount: Int = 100
    ) {
        self.bodyBytes = bodyBytes
        self.targetBytes = targetBytes
        self.headerBytes = headerBytes
        self.headerCount = headerCount
    }
}

/// A reason not to start a server with a configuration.
package enum ConfigurationError: Error, Equatable, CustomStringConvertible {
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
        }
    }
}

/// A host and a port as a URL has them.
enum Authority {
    /// Joins both; an IPv6 address stands in brackets (RFC 3986, 3.2.2).
    static func text(host: String, port: Int) -> String {
        let isIPv6 = host.utf8.contains(UInt8(ascii: ":"))
        return isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// The same for a program on this machine, which can't connect to "every address".
    static func reachable(host: String, port: Int) -> String {
        switch host {
        case "0.0.0.0": text(host: "127.0.0.1", port: port)
        case "::": text(host: "::1", port: port)
        default: text(host: host, port: port)
        }
    }
}
