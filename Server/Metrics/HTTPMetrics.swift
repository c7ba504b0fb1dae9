import Logging

/// The server's own metrics.
struct HTTPMetrics {
    let metrics: PrometheusMetrics

    init(_ metrics: PrometheusMetrics, admission: Admission) {
        self.metrics = metrics
        metrics.describe("eventledger_http_requests_total", "Requests answered.")
        metrics.describe(
            "eventledger_http_request_duration_seconds",
            "From a request's head to its answer, with the time its body took to arrive."
        )
        metrics.describe("eventledger_http_request_bytes_total", "Bytes of request bodies.")
        metrics.describe("eventledger_http_response_bytes_total", "Bytes of response bodies.")
        metrics.onCollect(
            "eventledger_http_requests_in_flight",
            help: "Requests that a handler is working on."
        ) { [GaugeSample(Double(admission.requestsInFlight))] }
        metrics.onCollect("eventledger_http_connections", help: "Open connections.") {
            [GaugeSample(Double(admission.openConnections))]
        }
    }

    func route(_ route: String) -> RouteMetrics {
        let labels = [("route", route)]
        return RouteMetrics(
            duration: metrics.histogram("eventledger_http_request_duration_seconds", labels),
            bytesIn: metrics.counter("eventledger_http_request_bytes_total", labels),
            bytesOut: metrics.counter("eventledger_http_response_bytes_total", labels)
        )
    }

    func requests(route: String, status: Int) -> PrometheusCounter {
        let labels = [("route", route), ("status", String(status))]
        return metrics.counter("eventledger_http_requests_total", labels)
    }
}

/// The handles of one route.
struct RouteMetrics {
    let duration: PrometheusHistogram
    let bytesIn: PrometheusCounter
    let bytesOut: PrometheusCounter
    var requests: [(status: Int, counter: PrometheusCounter)] = []
}

/// What is worth knowing about a request that was answered.
struct Exchange {
    let method: String
    let route: String
    let status: Int
    let nanoseconds: Int64
    let bytesIn: Int
    let bytesOut: Int
    /// Whose request it was, where keys are needed.
    let keyID: String?

    func metadata(id: String) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "method": .string(method),
            "route": .string(route),
            "status": .stringConvertible(status),
            "duration_ms": .stringConvertible(Double(nanoseconds / 1000) / 1000),
            "bytes_in": .stringConvertible(bytesIn),
            "bytes_out": .stringConvertible(bytesOut),
            "request_id": .string(id),
        ]
        if let keyID { metadata["key_id"] = .string(keyID) }
        return metadata
    }
}

/// Counts requests on one event loop: looks a route's handles up without taking a lock.
struct HTTPRecorder {
    private let metrics: HTTPMetrics
    private var routes: [String: RouteMetrics] = [:]

    init(_ metrics: HTTPMetrics) {
        self.metrics = metrics
    }

    mutating func record(_ exchange: Exchange) {
        let name = exchange.route
        routes[name, default: metrics.route(name)].record(exchange, metrics)
    }
}

extension RouteMetrics {
    fileprivate mutating func record(_ exchange: Exchange, _ metrics: HTTPMetrics) {
        duration.recordNanoseconds(exchange.nanoseconds)
        bytesIn.increment(by: Int64(exchange.bytesIn))
        bytesOut.increment(by: Int64(exchange.bytesOut))
        counter(exchange, metrics).increment(by: 1)
    }

    private mutating func counter(
        _ exchange: Exchange,
        _ metrics: HTTPMetrics
    ) -> PrometheusCounter {
        for (status, counter) in requests where status == exchange.status { return counter }
        let counter = metrics.requests(route: exchange.route, status: exchange.status)
        requests.append((exchange.status, counter))
        return counter
    }
}
