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
    /// Limits on one client, and on all together.
    package var limits: HTTPLimits
    /// The time that clients get for each step of a request.
    package var timeouts: HTTPTimeouts
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
        timeouts: HTTPTimeouts = HTTPTimeouts(),
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
        self.timeouts = timeouts
        self.logFormat = logFormat
        self.logLevel = logLevel
    }

    /// Threads that serve connections.
    var loops: Int { max(1, eventLoops ?? Processors.available) }

    /// Files and sockets that connections of clients can't have.
    var reservedFiles: Int { FileLimit.reserved(loops: loops, table: tableConnections) }

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

/// Limits on one client, and on all clients together.
package struct HTTPLimits: Sendable {
    /// A request body as received, bytes.
    package var bodyBytes: Int
    /// The request target of a request line, bytes.
    package var targetBytes: Int
    /// The request target and all header names and values together, bytes.
    package var headerBytes: Int
    /// Header fields in one request.
    package var headerCount: Int
    /// Connections open at the same time; further ones get a 503 and are closed.
    package var connections: Int
    /// Connections beyond that limit that still get an answer; further ones are just closed.
    var refusedConnections = 256
    /// Requests being handled at the same time; further ones get a 503.
    package var requestsInFlight: Int
    /// Bytes of bodies, as sent and as decompressed, and of answers that are not read, of all
    /// connections together.
    ///
    /// Beyond it the client that has kept the server waiting for longest is turned away. Small
    /// requests and answers do not count; docs/threat-model.md says what all that amounts to.
    package var heldBytes: Int

    /// Limits whose defaults suit one machine.
    package init(
        bodyBytes: Int = Limits.bodyBytes,
        targetBytes: Int = 8 * 1024,
        headerBytes: Int = 32 * 1024,
        headerCount: Int = 100,
        connections: Int = 10_000,
        requestsInFlight: Int = 10_000,
        heldBytes: Int = 256 << 20
    ) {
        self.bodyBytes = bodyBytes
        self.targetBytes = targetBytes
        self.headerBytes = headerBytes
        self.headerCount = headerCount
        self.connections = connections
        self.requestsInFlight = requestsInFlight
        self.heldBytes = heldBytes
    }
}

extension HTTPLimits {
    /// These limits with no more connections than the process has file descriptors for: when those
    /// run out, nobody can be accepted, not even to be refused.
    func affordable(fileLimit: Int, reserved: Int) -> HTTPLimits {
        let room = max(2, fileLimit - reserved)
        var limits = self
        limits.refusedConnections = min(refusedConnections, room / 4)
        limits.connections = min(connections, room - limits.refusedConnections)
        return limits
    }
}

/// The times after which a server closes the connection of a client that it waits for.
package struct HTTPTimeouts: Sendable {
    /// From a request's first byte to the end of its headers.
    package var head: Duration
    /// Without any byte of a body, and also the time of a body before ``minimumRate`` counts.
    package var body: Duration
    /// From accepting a connection, or from an answer, to the next request's first byte.
    package var idle: Duration
    /// The time for reading an answer before ``minimumRate`` counts.
    package var write: Duration
    /// From the last answer to the close: reading goes on, so that the client gets to see it.
    package var linger: Duration
    /// From the end of the client's sending side to the cancellation of its request, which is then
    /// answered with what there is: the client may be gone.
    package var departure: Duration
    /// Bytes per second, below which a body or the reading of an answer is given up.
    package var minimumRate: Int

    /// Time-outs whose defaults tolerate a bad mobile network.
    package init(
        head: Duration = .seconds(10),
        body: Duration = .seconds(20),
        idle: Duration = .seconds(75),
        write: Duration = .seconds(30),
        linger: Duration = .seconds(2),
        departure: Duration = .seconds(5),
        minimumRate: Int = 8 * 1024
    ) {
        self.head = head
        self.body = body
        self.idle = idle
        self.write = write
        self.linger = linger
        self.departure = departure
        self.minimumRate = minimumRate
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
