import LedgerCore
import RawJSON

/// `filter`: the events that a subscription is for.
extension JSONReader {
    /// `{"types": ["order.*"], "keys": ["eu-*"]}` with one list at least, or null for all events.
    mutating func filter(_ field: String) throws(LedgerError) -> EventFilter? {
        guard try nextKind() != .null else {
            try read { reader throws(JSONError) in try reader.null() }
            return nil
        }
        guard try nextKind() == .object else {
            throw .invalid(field: field, message: "must be an object or null")
        }
        var types: [TextPattern]?
        var keys: [TextPattern]?
        try members { name, reader throws(LedgerError) in
            let list = "\(field).\(name)"
            switch name {
            case "types": types = try reader.patterns(list, upTo: Limits.typeBytes.upperBound)
            case "keys": keys = try reader.patterns(list, upTo: Limits.keyBytes.upperBound)
            default: return false
            }
            return true
        }
        guard let filter = EventFilter(types: types, keys: keys) else {
            throw .invalid(field: field, message: "must have types or keys")
        }
        return filter
    }

    private mutating func patterns(
        _ field: String,
        upTo limit: Int
    ) throws(LedgerError) -> [TextPattern] {
        guard try nextKind() == .array else {
            throw .invalid(field: field, message: "must be an array")
        }
        try read { reader throws(JSONError) in try reader.beginArray() }
        var patterns: [TextPattern] = []
        while try read({ reader throws(JSONError) in try reader.nextElement() }) {
            let text = try text("\(field)[\(patterns.count)]")
            guard let pattern = TextPattern(utf8: Array(text.utf8), upTo: limit) else {
                throw .invalid(
                    field: "\(field)[\(patterns.count)]",
                    message: "must have 1 to \(limit) bytes, a * at its end not counted",
                    limit: limit
                )
            }
            patterns.append(pattern)
            guard patterns.count <= Limits.filterPatterns.upperBound else {
                throw Self.wrongCount(of: field, limit: Limits.filterPatterns.upperBound)
            }
        }
        guard !patterns.isEmpty else {
            throw Self.wrongCount(of: field, limit: Limits.filterPatterns.lowerBound)
        }
        return patterns
    }

    private static func wrongCount(of field: String, limit: Int) -> LedgerError {
        let range = Limits.filterPatterns
        return .invalid(
            field: field,
            message: "must have \(range.lowerBound) to \(range.upperBound) patterns",
            limit: limit
        )
    }
}

extension JSONWriter {
    /// Writes a filter as a client gives it.
    mutating func write(_ filter: EventFilter) {
        beginObject()
        for (name, list) in [("types", filter.types), ("keys", filter.keys)] {
            guard let list else { continue }
            key(text: name)
            beginArray()
            for pattern in list { string(String(decoding: pattern.utf8, as: UTF8.self)) }
            endArray()
        }
        endObject()
    }
}
