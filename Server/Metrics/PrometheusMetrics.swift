package import CoreMetrics
import LedgerService
import Synchronization

/// Metrics for Prometheus to scrape: a back end for swift-metrics that only counts.
///
/// Counters stay counters, meters and plain recorders become gauges, timers become histograms in
/// seconds, and aggregating recorders histograms of sizes. Handles are cheap to use from any
/// thread and expensive to create, so keep them. Dimensions become labels.
///
/// A name has one type. A handle of another type under a name in use works but is not shown.
package final class PrometheusMetrics: MetricsFactory {
    private let families = Mutex<[String: MetricFamily]>([:])
    private let helps = Mutex<[String: String]>([:])
    private let collectors = Mutex<[Collector]>([])

    /// Makes a registry without any metric.
    package init() {}

    /// Sets the explanation shown with a metric, also before the metric exists.
    package func describe(_ name: String, as help: String) {
        helps.withLock { $0[PrometheusText.name(name)] = help }
    }

    /// Has a gauge, or a counter that is kept elsewhere, computed whenever the metrics are read.
    ///
    /// Only the latest samples are shown.
    ///
    /// - Parameters:
    ///   - name: the gauge's name.
    ///   - type: what it is shown as.
    ///   - help: its explanation.
    ///   - samples: is called on an event loop, so it must not block.
    package func onCollect(
        _ name: String,
        as type: MetricType = .gauge,
        help: String,
        samples: @escaping @Sendable () -> [GaugeSample]
    ) {
        let name = PrometheusText.name(name)
        describe(name, as: help)
        collectors.withLock { $0.append(Collector(name: name, type: type, samples: samples)) }
    }

    /// All metrics in the text format 0.0.4, in the order of their names.
    package func render() -> String {
        var shown = families.withLock { $0 }
        for collector in collectors.withLock({ $0 }) {
            for sample in collector.samples() {
                shown[collector.name, default: MetricFamily(collector.type)].add(sample)
            }
        }
        let helps = helps.withLock { $0 }
        var text = PrometheusText()
        for (name, family) in shown.sorted(by: { $0.key < $1.key }) {
            text.write(family, name: name, help: helps[name])
        }
        return text.output
    }

    /// The counter with this name and these labels.
    package func counter(
        _ name: String,
        labels: [(String, String)] = []
    ) -> PrometheusCounter {
        handle(name, of: .counter, labels: labels) { PrometheusCounter() }
    }

    /// The gauge with this name and these labels.
    package func gauge(_ name: String, labels: [(String, String)] = []) -> PrometheusGauge {
        handle(name, of: .gauge, labels: labels) { PrometheusGauge() }
    }

    /// The histogram of durations with this name and these labels.
    package func histogram(
        _ name: String,
        labels: [(String, String)] = []
    ) -> PrometheusHistogram {
        handle(name, of: .histogram, labels: labels) { PrometheusHistogram(.durations) }
    }

    private func handle<Handle: AnyObject & Sendable>(
        _ name: String,
        of type: MetricType,
        labels: [(String, String)],
        create: () -> Handle
    ) -> Handle {
        let labels = PrometheusText.labels(labels)
        return families.withLock { families in
            let name = PrometheusText.name(name)
            guard families[name, default: MetricFamily(type)].type == type else { return create() }
            if let old = families[name]?.handles[labels] as? Handle { return old }
            let new = create()
            families[name, default: MetricFamily(type)].handles[labels] = new
            return new
        }
    }
}

// MARK: - swift-metrics

extension PrometheusMetrics {
    /// The counter of this label, which becomes its name, and these dimensions.
    package func makeCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any CounterHandler {
        counter(label, labels: dimensions)
    }

    /// A gauge under this label, since a meter shows its last value.
    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, labels: dimensions)
    }

    /// A gauge, or a histogram of sizes if it is to aggregate.
    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else { return gauge(label, labels: dimensions) }
        return handle(label, of: .histogram, labels: dimensions) { PrometheusHistogram(.sizes) }
    }

    /// A histogram of durations.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, labels: dimensions)
    }

    /// Does nothing: the counter stays, since its total stays true.
    package func destroyCounter(_ handler: any CounterHandler) {}

    /// Does nothing: the gauge keeps its last value.
    package func destroyMeter(_ handler: any MeterHandler) {}

    /// Does nothing: the observations stay true.
    package func destroyRecorder(_ handler: any RecorderHandler) {}

    /// Does nothing: the durations stay true.
    package func destroyTimer(_ handler: any TimerHandler) {}
}

/// One value that is computed when the metrics are read.
package struct GaugeSample: Sendable {
    let labels: [(String, String)]
    let value: Double

    /// A value under these labels.
    package init(_ value: Double, labels: [(String, String)] = []) {
        self.value = value
        self.labels = labels
    }
}

private struct Collector: Sendable {
    let name: String
    let type: MetricType
    let samples: @Sendable () -> [GaugeSample]
}

/// The type that a metric is shown with.
package enum MetricType: String, Sendable {
    /// A number that only grows.
    case counter
    /// A number that goes up and down.
    case gauge
    /// Observations counted by size.
    case histogram
}

/// All metrics that share a name and so a type.
struct MetricFamily {
    let type: MetricType
    /// The handles by their labels, as ``PrometheusText/labels(_:)`` renders them.
    var handles: [String: any AnyObject & Sendable] = [:]

    init(_ type: MetricType) {
        self.type = type
    }

    mutating func add(_ sample: GaugeSample) {
        guard type != .histogram else { return }
        let gauge = PrometheusGauge()
        gauge.set(sample.value)
        handles[PrometheusText.labels(sample.labels)] = gauge
    }
}

extension PrometheusMetrics {
    /// Their path, on a server alone: ``EndpointTable`` has what a function serves too.
    static let path = "/metrics"
    private static let route = "GET \(path)"

    /// The answer to a request for `/metrics`.
    func response(to request: APIRequest) -> APIResponse {
        guard request.method == "GET" else {
            var response = ServerError.methodNotAllowed(allow: "GET, HEAD").response
            response.route = Self.route
            return response
        }
        if var refusal = request.refuseParameters() {
            refusal.route = Self.route
            return refusal
        }
        return APIResponse(
            status: 200,
            headers: [(name: "content-type", value: "text/plain; version=0.0.4; charset=utf-8")],
            body: Array(render().utf8),
            route: Self.route
        )
    }
}
