import Logging
import NIOCore

/// The metrics of the HTTP front, beside the ledger's own.
struct HTTPMetrics {
    let metrics: PrometheusMetrics

    init(_ metrics: PrometheusMetrics, admission: Admission) {
        self.metrics = metrics
        metrics.describe("eventledger_http_requests_total", as: "Requests answered.")
        metrics.describe(
            "eventledger_http_request_duration_seconds",
            as: "From a request's head to its answer, with the time its body took to arrive."
        )
        metrics.describe("eventledger_http_request_bytes_total", as: "Bytes of request bodies.")
        metrics.describe("eventledger_http_response_bytes_total", as: "Bytes of response bodies.")
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
            duration: metrics.histogram(
                "eventledger_http_request_duration_seconds",
                labels: labels
            ),
            bytesIn: metrics.counter("eventledger_http_request_bytes_total", labels: labels),
            bytesOut: metrics.counter("eventledger_http_response_bytes_total", labels: labels)
        )
    }

    func requests(route: String, status: Int) -> PrometheusCounter {
        let labels = [("route", route), ("status", String(status))]
        return metrics.counter("eventledger_http_requests_total", labels: labels)
    }
}

/// The metric handles of one route, so that counting a request takes no lock.
struct RouteMetrics {
    let duration: PrometheusHistogram
    let bytesIn: PrometheusCounter
    let bytesOut: PrometheusCounter
    var requests: [(status: Int, counter: PrometheusCounter)] = []
}

/// The outline of an answered request, for metrics and the log.
struct Exchange {
    let method: String
    let route: String
    let status: Int
    let took: TimeAmount
    let bytesIn: Int
    let bytesOut: Int
    /// The id of the API key that the request came with; nil where none was needed or found.
    let keyID: String?

    func metadata(id: String) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "method": .string(method),
            "route": .string(route),
            "status": .stringConvertible(status),
            "duration_ms": .stringConvertible(Double(took.nanoseconds / 1000) / 1000),
            "bytes_in": .stringConvertible(bytesIn),
            "bytes_out": .stringConvertible(bytesOut),
            "request_id": .string(id),
        ]
        if let keyID { metadata["key_id"] = .string(keyID) }
        return metadata
    }
}

/// Counts requests on one event loop, and keeps its routes' handles so that no lock is taken.
struct HTTPRecorder {
    private let metrics: HTTPMetrics
    private var routes: [String: RouteMetrics] = [:]

    init(_ metrics: HTTPMetrics) {
        self.metrics = metrics
    }

    mutating func record(_ exchange: Exchange) {
        let name = exchange.route
        routes[name, default: metrics.route(name)].record(exchange, with: metrics)
    }
}

extension RouteMetrics {
    fileprivate mutating func record(_ exchange: Exchange, with metrics: HTTPMetrics) {
        duration.recordNanoseconds(exchange.took.nanoseconds)
        bytesIn.increment(by: Int64(exchange.bytesIn))
        bytesOut.increment(by: Int64(exchange.bytesOut))
        counter(for: exchange, in: metrics).increment(by: 1)
    }

    private mutating func counter(
        for exchange: Exchange,
        in metrics: HTTPMetrics
    ) -> PrometheusCounter {
        for (status, counter) in requests where status == exchange.status { return counter }
        let counter = metrics.requests(route: exchange.route, status: exchange.status)
        requests.append((exchange.status, counter))
        return counter
    }
}
