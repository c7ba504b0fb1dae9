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
    /// Hosts to which webhooks may go beside those of the public internet.
    package var webhookAllowance = WebhookAllowance.none
    /// Connections that the table and webhooks may have open, which take files from the clients' ones.
    var ownConnections = 0
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
    var reservedFiles: Int { FileLimit.reserved(loops: loops, table: ownConnections) }

    /// Throws ``StartError`` when the server must not start like this.
    package func validate() throws(StartError) {
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
