import LedgerCore

/// Endpoints by path and method.
package struct EndpointTable: Sendable {
    /// The endpoints of one path.
    final class Route: Sendable {
        let path: PathPattern
        let endpoints: [Endpoint]

        fileprivate init(_ endpoints: [Endpoint], at path: PathPattern) {
            self.path = path
            self.endpoints = endpoints
        }

        /// The methods that it takes, as `Allow` lists them: HEAD works where GET does.
        var methods: [String] {
            endpoints.flatMap { $0.method == .get ? ["GET", "HEAD"] : [$0.method.rawValue] }
        }

        /// The endpoint that a request's method asks for; nil when it is not allowed here.
        func endpoint(_ method: String) -> Endpoint? {
            let name = method == "HEAD" ? "GET" : method
            return endpoints.first { $0.method.rawValue == name }
        }
    }

    package let endpoints: [Endpoint]
    private let routes: [Route]
    private let tree: PathTree

    /// No two endpoints may have the same method and path.
    init(_ endpoints: [Endpoint]) {
        self.endpoints = endpoints
        var tree = PathTree()
        var groups: [[Endpoint]] = []
        for endpoint in endpoints {
            let place = tree.place(of: endpoint.path, orNew: groups.count)
            if place == groups.count { groups.append([]) }
            let isNew = !groups[place].contains { $0.method == endpoint.method }
            precondition(isNew, "two endpoints are \(endpoint.name)")
            groups[place].append(endpoint)
        }
        tree.checkAmbiguity()
        routes = groups.map { Route($0, at: $0[0].path) }
        self.tree = tree
    }

    /// The route of a path as on the wire; nil when there is none.
    func route(of path: String) -> Route? {
        tree.find(path).map { routes[$0] }
    }
}

extension EndpointTable {
    /// The API: every route that a ledger answers.
    ///
    /// (`/metrics` is the server's own: it tells of the process, answers while no call is admitted,
    /// and asks for the key before it looks at the method.)
    package static let api = EndpointTable([
        Endpoint(.get, "/health", function: .admin, needs: .open, answer: LedgerAPI.health),
        Endpoint(.get, "/openapi.json", function: .admin, needs: .open, answer: LedgerAPI.openAPI),
        .acceptClock,

        // Streams
        Endpoint(
            .get,
            "/streams",
            function: .admin,
            needs: .key,
            query: ["limit", "next"],
            answer: LedgerAPI.listStreams
        ),
        Endpoint(
            .post,
            "/streams",
            function: .admin,
            needs: .creation,
            body: .json,
            answer: LedgerAPI.createStream
        ),
        Endpoint(
            .get,
            "/streams/{stream}",
            function: .admin,
            needs: .anyAction,
            answer: LedgerAPI.describeStream
        ),
        Endpoint(
            .patch,
            "/streams/{stream}",
            function: .admin,
            needs: .action(.admin),
            body: .json,
            answer: LedgerAPI.updateStream
        ),
        Endpoint(
            .delete,
            "/streams/{stream}",
            function: .admin,
            needs: .action(.admin),
            answer: LedgerAPI.deleteStream
        ),
        .acceptTail,

        // Events
        Endpoint(
            .get,
            "/streams/{stream}/events",
            function: .poll,
            needs: .action(.consume),
            query: ["partition", "from", "last", "cursor", "key", "type", "wait", "limit"],
            answer: LedgerAPI.readEvents
        ),
        Endpoint(
            .post,
            "/streams/{stream}/events",
            function: .publish,
            needs: .action(.publish),
            query: ["ack"],
            body: .jsonOrLines,
            answer: LedgerAPI.publishEvents
        ),
        Endpoint(
            .get,
            "/streams/{stream}/partitions/{partition}/head",
            function: .poll,
            needs: .action(.consume),
            query: ["at"],
            answer: LedgerAPI.readHead
        ),

        // The compacted state
        Endpoint(
            .get,
            "/streams/{stream}/compacted",
            function: .poll,
            needs: .action(.consume),
            query: ["limit", "next", "key"],
            answer: LedgerAPI.listCompacted
        ),
        Endpoint(
            .get,
            "/streams/{stream}/compacted/{key}",
            function: .poll,
            needs: .action(.consume),
            answer: LedgerAPI.getCompacted
        ),
        Endpoint(
            .post,
            "/streams/{stream}/compact",
            function: .compactor,
            needs: .action(.admin),
            answer: LedgerAPI.compactStream
        ),

        // Subscriptions
        Endpoint(
            .get,
            "/streams/{stream}/subscriptions",
            function: .admin,
            needs: .action(.consume),
            query: ["limit", "next"],
            answer: LedgerAPI.listSubscriptions
        ),
        Endpoint(
            .post,
            "/streams/{stream}/subscriptions",
            function: .admin,
            needs: .action(.consume),
            body: .json,
            answer: LedgerAPI.createSubscription
        ),
        Endpoint(
            .get,
            "/streams/{stream}/subscriptions/{subscription}",
            function: .admin,
            needs: .action(.consume),
            answer: LedgerAPI.describeSubscription
        ),
        Endpoint(
            .patch,
            "/streams/{stream}/subscriptions/{subscription}",
            function: .admin,
            needs: .action(.consume),
            body: .json,
            answer: LedgerAPI.updateSubscription
        ),
        Endpoint(
            .delete,
            "/streams/{stream}/subscriptions/{subscription}",
            function: .admin,
            needs: .action(.consume),
            answer: LedgerAPI.deleteSubscription
        ),
        Endpoint(
            .get,
            "/streams/{stream}/subscriptions/{subscription}/poll",
            function: .poll,
            needs: .action(.consume),
            query: ["limit", "wait", "cursor", "member", "session"],
            answer: LedgerAPI.poll
        ),
        Endpoint(
            .post,
            "/streams/{stream}/subscriptions/{subscription}/commit",
            function: .poll,
            needs: .action(.consume),
            body: .json,
            answer: LedgerAPI.commit
        ),
        Endpoint(
            .post,
            "/streams/{stream}/subscriptions/{subscription}/seek",
            function: .poll,
            needs: .action(.consume),
            body: .json,
            answer: LedgerAPI.seek
        ),
        Endpoint(
            .get,
            "/streams/{stream}/subscriptions/{subscription}/members",
            function: .poll,
            needs: .action(.consume),
            answer: LedgerAPI.listMembers
        ),
        Endpoint(
            .post,
            "/streams/{stream}/subscriptions/{subscription}/members/{member}/heartbeat",
            function: .poll,
            needs: .action(.consume),
            body: .json,
            answer: LedgerAPI.heartbeat
        ),
        Endpoint(
            .delete,
            "/streams/{stream}/subscriptions/{subscription}/members/{member}",
            function: .poll,
            needs: .action(.consume),
            answer: LedgerAPI.leave
        ),
        Endpoint(
            .post,
            "/streams/{stream}/subscriptions/{subscription}/receive",
            function: .poll,
            needs: .action(.consume),
            body: .json,
            answer: LedgerAPI.receive
        ),
        Endpoint(
            .post,
            "/streams/{stream}/subscriptions/{subscription}/ack",
            function: .poll,
            needs: .action(.consume),
            body: .json,
            answer: LedgerAPI.acknowledge
        ),
        Endpoint(
            .get,
            "/streams/{stream}/subscriptions/{subscription}/parked",
            function: .poll,
            needs: .action(.consume),
            query: ["partition", "limit", "next"],
            answer: LedgerAPI.listParked
        ),
        Endpoint(
            .post,
            "/streams/{stream}/subscriptions/{subscription}/parked",
            function: .poll,
            needs: .action(.consume),
            body: .json,
            answer: LedgerAPI.park
        ),
        Endpoint(
            .post,
            "/streams/{stream}/subscriptions/{subscription}/parked/replay",
            function: .poll,
            needs: .action(.consume),
            body: .json,
            answer: LedgerAPI.replayParked
        ),
        Endpoint(
            .get,
            "/streams/{stream}/subscriptions/{subscription}/parked/{partition}/{offset}",
            function: .poll,
            needs: .action(.consume),
            answer: LedgerAPI.getParked
        ),
        Endpoint(
            .delete,
            "/streams/{stream}/subscriptions/{subscription}/parked/{partition}/{offset}",
            function: .poll,
            needs: .action(.consume),
            answer: LedgerAPI.discardParked
        ),

        // Webhooks
        Endpoint(
            .post,
            "/streams/{stream}/subscriptions/{subscription}/webhook/verify",
            function: .admin,
            needs: .action(.admin),
            answer: LedgerAPI.verifyWebhook
        ),
        Endpoint(
            .post,
            "/streams/{stream}/subscriptions/{subscription}/webhook/rotate",
            function: .admin,
            needs: .action(.admin),
            answer: LedgerAPI.rotateWebhookSecret
        ),
        Endpoint(
            .post,
            "/streams/{stream}/subscriptions/{subscription}/webhook/resume",
            function: .admin,
            needs: .action(.admin),
            answer: LedgerAPI.resumeWebhook
        ),

        // API keys
        Endpoint(
            .get,
            "/keys",
            function: .admin,
            needs: .keyManagement,
            query: ["limit", "next"],
            answer: LedgerAPI.listKeys
        ),
        Endpoint(
            .post,
            "/keys",
            function: .admin,
            needs: .keyManagement,
            body: .json,
            answer: LedgerAPI.createKey
        ),
        Endpoint(
            .delete,
            "/keys/{key_id}",
            function: .admin,
            needs: .keyManagement,
            answer: LedgerAPI.revokeKey
        ),
    ])
}

/// The endpoints that an error's text names.
extension Endpoint {
    static let acceptTail = Endpoint(
        .post,
        "/streams/{stream}/accept-tail",
        function: .compactor,
        needs: .action(.admin),
        answer: LedgerAPI.acceptTail
    )

    static let acceptClock = Endpoint(
        .post,
        "/accept-clock",
        function: .compactor,
        needs: .operation,
        answer: LedgerAPI.acceptClock
    )
}
