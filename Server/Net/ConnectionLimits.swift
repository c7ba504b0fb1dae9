/// Limits on all clients together, whatever protocol they speak.
package struct ConnectionLimits: Sendable {
    /// Connections open at the same time; further ones are told so and closed.
    package var connections: Int
    /// Connections beyond that limit that still get an answer; further ones are just closed.
    var refusedConnections = 256
    /// Requests being handled at the same time; further ones are refused.
    package var requestsInFlight: Int
    /// Bytes of requests, as sent and as decompressed, and of answers that are not read, of all
    /// connections together.
    ///
    /// Beyond it the client that has kept the server waiting for longest is turned away. Small
    /// requests and answers do not count; docs/threat-model.md says what all that amounts to.
    package var heldBytes: Int

    /// Limits whose defaults suit one machine.
    package init(
        connections: Int = 10_000,
        requestsInFlight: Int = 10_000,
        heldBytes: Int = 256 << 20
    ) {
        self.connections = connections
        self.requestsInFlight = requestsInFlight
        self.heldBytes = heldBytes
    }
}

extension ConnectionLimits {
    /// These limits with no more connections than the process has file descriptors for: when those
    /// run out, nobody can be accepted, not even to be refused.
    func affordable(fileLimit: Int, reserved: Int) -> ConnectionLimits {
        let room = max(2, fileLimit - reserved)
        var limits = self
        limits.refusedConnections = min(refusedConnections, room / 4)
        limits.connections = min(connections, room - limits.refusedConnections)
        return limits
    }
}

/// The times after which a server closes the connection of a client that it waits for.
package struct ConnectionTimeouts: Sendable {
    /// From accepting a connection to the end of its TLS handshake.
    package var handshake: Duration
    /// From a request's first byte to the end of its head.
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
        handshake: Duration = .seconds(10),
        head: Duration = .seconds(10),
        body: Duration = .seconds(20),
        idle: Duration = .seconds(75),
        write: Duration = .seconds(30),
        linger: Duration = .seconds(2),
        departure: Duration = .seconds(5),
        minimumRate: Int = 8 * 1024
    ) {
        self.handshake = handshake
        self.head = head
        self.body = body
        self.idle = idle
        self.write = write
        self.linger = linger
        self.departure = departure
        self.minimumRate = minimumRate
    }
}
