/// A document in the text format 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
struct PrometheusText {
    private(set) var output = ""

    mutating func write(_ family: MetricFamily, name: String, help: String?) {
        guard !family.handles.isEmpty else { return }
        if let help { output += "# HELP \(name) \(Self.escape(help, quotes: false))\n" }
        output += "# TYPE \(name) \(family.type.rawValue)\n"
        for (labels, handle) in family.handles.sorted(by: { $0.key < $1.key }) {
            switch handle {
            case let counter as PrometheusCounter:
                line(name, labels: labels, value: "\(counter.value)")
            case let gauge as PrometheusGauge:
                line(name, labels: labels, value: Self.number(gauge.value))
            case let histogram as PrometheusHistogram: write(histogram, name: name, labels: labels)
            default: break
            }
        }
    }

    private mutating func write(
        _ histogram: PrometheusHistogram,
        name: String,
        labels: String
    ) {
        let (buckets, sum) = histogram.snapshot()
        let prefix = labels.isEmpty ? "" : labels + ","
        for (bound, count) in buckets {
            let all = prefix + "le=\"\(Self.number(bound))\""
            line(name + "_bucket", labels: all, value: "\(count)")
        }
        line(name + "_sum", labels: labels, value: Self.number(sum))
        line(name + "_count", labels: labels, value: "\(buckets.last?.count ?? 0)")
    }

    private mutating func line(_ name: String, labels: String, value: String) {
        output += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }
}

extension PrometheusText {
    /// The name, with `_` for every character that names may not contain.
    static func name(_ name: String) -> String {
        sanitize(name, colons: true)
    }

    /// Labels as they stand between braces, in the order of their names.
    static func labels(_ labels: [(String, String)]) -> String {
        labels.map { (sanitize($0.0, colons: false), $0.1) }
            .sorted { $0.0 < $1.0 }
            .map { "\($0.0)=\"\(escape($0.1, quotes: true))\"" }
            .joined(separator: ",")
    }

    private static func sanitize(_ name: String, colons: Bool) -> String {
        var result = ""
        for scalar in name.unicodeScalars {
            let isDigit = ("0"..."9").contains(scalar)
            let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
            let isAllowed = isLetter || scalar == "_" || (colons && scalar == ":")
            if isDigit, result.isEmpty { result += "_" }
            result.unicodeScalars.append(isAllowed || isDigit ? scalar : "_")
        }
        return result.isEmpty ? "_" : result
    }

    private static func escape(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func number(_ value: Double) -> String {
        if value == .infinity { return "+Inf" }
        if value == -.infinity { return "-Inf" }
        if value.isNaN { return "NaN" }
        guard let integer = Int64(exactly: value) else { return "\(value)" }
        return "\(integer)"
    }
}
