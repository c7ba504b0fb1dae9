import CoreMetrics
import RawJSON
import Synchronization

/// Metrics in CloudWatch's embedded metric format: one line of JSON for each invocation, from which
/// CloudWatch makes metrics of the namespace `EventLedger` with the dimension `function`.
///
/// What did not happen in an invocation is not in its line.
final class EmbeddedMetrics: MetricsFactory {
    private let values = Mutex<[String: EmbeddedMetric]>([:])
    private let function: String
    private let now: @Sendable () -> Int64
    private let write: @Sendable ([UInt8]) -> Void

    /// - Parameters:
    ///   - function: the dimension's value.
    ///   - now: milliseconds since the epoch.
    ///   - write: gets each line, with its line break, as one piece.
    init(
        function: String,
        now: @escaping @Sendable () -> Int64,
        write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.function = function
        self.now = now
        self.write = write
    }

    /// Writes what was recorded since the last time.
    func flush(requestID: String, milliseconds: Int64) {
        var recorded = values.withLock { values in
            defer { values.removeAll(keepingCapacity: true) }
            return values
        }
        recorded["invocation_duration"] = EmbeddedMetric(.milliseconds, Double(milliseconds))
        write(
            EmbeddedMetricLine.encode(
                recorded.sorted { $0.key < $1.key },
                function: function,
                requestID: requestID,
                now: now()
            )
        )
    }

    fileprivate func record(_ name: String, _ unit: EmbeddedMetric.Unit, _ value: Double) {
        values.withLock { values in
            values[name, default: EmbeddedMetric(unit)].record(value)
        }
    }
}

// MARK: - swift-metrics

extension EmbeddedMetrics {
    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Handle(self, label, dimensions, .count)
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        Handle(self, label, dimensions, .none)
    }

    func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        Handle(self, label, dimensions, .none)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Handle(self, label, dimensions, .milliseconds)
    }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}

/// One metric; the dimensions' values become part of its name, which is what CloudWatch bills by.
private final class Handle: CounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    private let metrics: EmbeddedMetrics
    private let name: String
    private let unit: EmbeddedMetric.Unit

    init(
        _ metrics: EmbeddedMetrics,
        _ label: String,
        _ dimensions: [(String, String)],
        _ unit: EmbeddedMetric.Unit
    ) {
        self.metrics = metrics
        self.unit = unit
        name = ([label] + dimensions.map(\.1)).joined(separator: ".")
    }

    func increment(by amount: Int64) { metrics.record(name, unit, Double(amount)) }
    func reset() {}
    func set(_ value: Int64) { metrics.record(name, unit, Double(value)) }
    func set(_ value: Double) { metrics.record(name, unit, value) }
    func increment(by amount: Double) { metrics.record(name, unit, amount) }
    func decrement(by amount: Double) { metrics.record(name, unit, -amount) }
    func record(_ value: Int64) { metrics.record(name, unit, Double(value)) }
    func record(_ value: Double) { metrics.record(name, unit, value) }
    func recordNanoseconds(_ duration: Int64) {
        metrics.record(name, unit, Double(duration) / 1_000_000)
    }
}

/// What one invocation recorded of one metric.
struct EmbeddedMetric: Sendable {
    /// CloudWatch's units, as far as they occur.
    enum Unit: String, Sendable {
        case count = "Count"
        case milliseconds = "Milliseconds"
        case none = "None"
    }

    let unit: Unit
    /// A count is one sum; everything else keeps its values, for percentiles.
    private(set) var values: [Double] = []

    /// CloudWatch takes no more of one metric in a line.
    private static let most = 100

    init(_ unit: Unit, _ values: Double...) {
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

/// The line of one invocation.
enum EmbeddedMetricLine {
    static let namespace = "EventLedger"

    static func encode(
        _ metrics: [(key: String, value: EmbeddedMetric)],
        function: String,
        requestID: String,
        now: Int64
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.key("_aws")
        writer.directive(metrics, now)
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
        writer.endObject()
        return writer.finish() + [UInt8(ascii: "\n")]
    }

    /// Whole numbers without a fraction.
    private static func text(_ value: Double) -> String {
        Int64(exactly: value).map(String.init) ?? "\(value)"
    }
}

extension JSONWriter {
    /// What CloudWatch makes of the line.
    fileprivate mutating func directive(
        _ metrics: [(key: String, value: EmbeddedMetric)],
        _ now: Int64
    ) {
        beginObject()
        key("Timestamp")
        integer(now)
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
        for (name, metric) in metrics {
            beginObject()
            key("Name")
            string(name)
            key("Unit")
            string(metric.unit.rawValue)
            endObject()
        }
        endArray()
        endObject()
        endArray()
        endObject()
    }
}
