import CoreMetrics
import LedgerCore
import RawJSON
import Synchronization

/// Metrics in CloudWatch's embedded metric format: one line of JSON for each invocation, from which
/// CloudWatch makes metrics of the namespace `EventLedger` with the dimension `function`.
///
/// A line holds only the metrics that were recorded in its invocation. Which subscription a lag is of
/// is no dimension, since each would be billed as a metric of its own, but stands in the line: who
/// wants the metric of one makes it by a filter.
final class EmbeddedMetrics: MetricsFactory {
    private struct Recorded {
        var values: [String: EmbeddedMetric] = [:]
        var lag: SubscriptionLag?
    }

    private let recorded = Mutex(Recorded())
    private let function: String
    private let now: @Sendable () -> Timestamp
    private let write: @Sendable ([UInt8]) -> Void

    /// - Parameters:
    ///   - function: the dimension's value.
    ///   - now: the wall clock.
    ///   - write: gets each line, with its line break, as one piece.
    init(
        function: String,
        now: @escaping @Sendable () -> Timestamp,
        write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.function = function
        self.now = now
        self.write = write
    }

    /// Has the next line say how far a subscription is behind.
    ///
    /// An invocation is one call, of one subscription.
    func note(_ lag: SubscriptionLag) {
        recorded.withLock { $0.lag = lag }
    }

    /// Writes the line of the metrics since the last flush.
    func flush(requestID: String, took: Duration) {
        var (values, lag) = recorded.withLock { recorded in
            defer {
                recorded.values.removeAll(keepingCapacity: true)
                recorded.lag = nil
            }
            return (recorded.values, recorded.lag)
        }
        values["invocation_duration"] = EmbeddedMetric(
            .milliseconds,
            values: [Double(took.wholeMilliseconds)]
        )
        write(
            EmbeddedMetricLine.encode(
                values.sorted { $0.key < $1.key },
                lag: lag,
                function: function,
                requestID: requestID,
                now: now()
            )
        )
    }

    fileprivate func record(_ value: Double, of name: String, in unit: EmbeddedMetric.Unit) {
        recorded.withLock { recorded in
            recorded.values[name, default: EmbeddedMetric(unit)].record(value)
        }
    }
}

// MARK: - swift-metrics

extension EmbeddedMetrics {
    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Handle(of: self, label: label, dimensions: dimensions, unit: .count)
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        Handle(of: self, label: label, dimensions: dimensions, unit: .none)
    }

    func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        Handle(of: self, label: label, dimensions: dimensions, unit: .none)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Handle(of: self, label: label, dimensions: dimensions, unit: .milliseconds)
    }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}

/// One metric, whose dimensions' values become part of its name, since CloudWatch bills by names.
private final class Handle: CounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    private let metrics: EmbeddedMetrics
    private let name: String
    private let unit: EmbeddedMetric.Unit

    init(
        of metrics: EmbeddedMetrics,
        label: String,
        dimensions: [(String, String)],
        unit: EmbeddedMetric.Unit
    ) {
        self.metrics = metrics
        self.unit = unit
        name = ([label] + dimensions.map(\.1)).joined(separator: ".")
    }

    func increment(by amount: Int64) { record(Double(amount)) }
    func reset() {}
    func set(_ value: Int64) { record(Double(value)) }
    func set(_ value: Double) { record(value) }
    func increment(by amount: Double) { record(amount) }
    func decrement(by amount: Double) { record(-amount) }
    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) { metrics.record(value, of: name, in: unit) }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1_000_000) }
}

/// The values of one metric in one invocation.
struct EmbeddedMetric: Sendable {
    /// The units of CloudWatch that occur here.
    enum Unit: String, Sendable {
        case count = "Count"
        case milliseconds = "Milliseconds"
        case seconds = "Seconds"
        case none = "None"
    }

    let unit: Unit
    /// One sum for a count; for other units all values, so that CloudWatch has percentiles.
    private(set) var values: [Double] = []

    /// The most values of one metric in a line that CloudWatch takes.
    private static let most = 100

    init(_ unit: Unit, values: [Double] = []) {
        self.unit = unit
        self.values = values
    }

    mutating func record(_ value: Double) {
        guard value.isFinite else { return }
        if unit == .count, let sum = values.first {
            values[0] = sum + value
        } else if values.count < Self.most {
            values.append(value)
        }
    }
}

/// Writes the line of one invocation.
enum EmbeddedMetricLine {
    static let namespace = "EventLedger"
    static let lagSeconds = "eventledger_subscription_lag_seconds"

    static func encode(
        _ metrics: [(key: String, value: EmbeddedMetric)],
        lag: SubscriptionLag? = nil,
        function: String,
        requestID: String,
        now: Timestamp
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.key("_aws")
        writer.directive(
            for: metrics.map { ($0.key, $0.value.unit) }
                + (lag == nil ? [] : [(lagSeconds, .seconds)]),
            at: now
        )
        writer.key("function")
        writer.string(function)
        writer.key("request_id")
        writer.string(requestID)
        for (name, metric) in metrics {
            writer.key(text: name)
            writer.beginArray()
            for value in metric.values { writer.raw(Self.text(value).utf8) }
            writer.endArray()
        }
        if let lag { writer.members(of: lag) }
        writer.endObject()
        return writer.finish() + [UInt8(ascii: "\n")]
    }

    /// The value's JSON; a whole number has no fraction.
    fileprivate static func text(_ value: Double) -> String {
        Int64(exactly: value).map(String.init) ?? "\(value)"
    }
}

extension JSONWriter {
    /// Writes a lag, each member one value, as filters take them.
    fileprivate mutating func members(of lag: SubscriptionLag) {
        key("stream")
        string(lag.name.stream.name)
        key("subscription")
        string(lag.name.subscription.name)
        if let events = lag.events {
            key("eventledger_subscription_lag_events")
            integer(events)
        }
        key(text: EmbeddedMetricLine.lagSeconds)
        raw(EmbeddedMetricLine.text(Double(lag.age.wholeMilliseconds) / 1000).utf8)
    }

    /// Writes the member that tells CloudWatch which metrics to make of the line.
    fileprivate mutating func directive(
        for metrics: [(name: String, unit: EmbeddedMetric.Unit)],
        at now: Timestamp
    ) {
        beginObject()
        key("Timestamp")
        integer(now.milliseconds)
        key("CloudWatchMetrics")
        beginArray()
        beginObject()
        key("Namespace")
        string(EmbeddedMetricLine.namespace)
        key("Dimensions")
        beginArray()
        beginArray()
        string("function")
        endArray()
        endArray()
        key("Metrics")
        beginArray()
        for (name, unit) in metrics {
            beginObject()
            key("Name")
            string(name)
            key("Unit")
            string(unit.rawValue)
            endObject()
        }
        endArray()
        endObject()
        endArray()
        endObject()
    }
}
