import RawJSON

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
