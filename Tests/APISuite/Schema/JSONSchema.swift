import Foundation
package import LedgerClient

/// The part of JSON Schema 2020-12 that the API description uses.
///
/// A keyword that is not known here is a fault, never ignored: otherwise a rule could be written
/// that nobody checks.
package struct JSONSchema: Sendable {
    /// The document that references point into.
    let document: JSONValue

    /// Schemas whose references point into `document`.
    package init(document: JSONValue) {
        self.document = document
    }

    /// The faults of `value`, each with its place; empty when there is none.
    package func faults(
        of value: JSONValue,
        against schema: JSONValue,
        at place: String = "$"
    ) -> [String] {
        if case .boolean(let takesAll) = schema {
            return takesAll ? [] : ["\(place): nothing is allowed here"]
        }
        guard case .object(let keywords) = schema else { return ["\(place): no schema"] }
        let check = Check(schemas: self, value: value, schema: schema, place: place)
        return keywords.flatMap { check.faults(keyword: $0.name, rule: $0.value) }
    }

    /// The value that a reference such as `#/components/schemas/Event` points to.
    func resolve(_ reference: String) -> JSONValue? {
        reference.split(separator: "/").dropFirst().reduce(document as JSONValue?) { holder, name in
            holder?[String(name).replacing("~1", with: "/").replacing("~0", with: "~")]
        }
    }
}

extension JSONSchema {
    /// One value against one schema; each method is a keyword and takes the keyword's value.
    struct Check {
        let schemas: JSONSchema
        let value: JSONValue
        let schema: JSONValue
        let place: String

        func fault(if isWrong: Bool, saying message: @autoclosure () -> String) -> [String] {
            isWrong ? ["\(place): \(message())"] : []
        }

        /// The faults that one keyword of the schema finds.
        func faults(keyword: String, rule: JSONValue) -> [String] {
            switch keyword {
            case "title", "description", "examples", "default": []
            case "$ref": reference(rule)
            case "type": type(rule)
            case "enum": enumeration(rule)
            case "const": constant(rule)
            case "oneOf": oneOf(rule)
            case "allOf": allOf(rule)
            case "properties": properties(rule)
            case "required": required(rule)
            case "additionalProperties": additionalProperties(rule)
            case "propertyNames": propertyNames(rule)
            case "minProperties": minProperties(rule)
            case "maxProperties": maxProperties(rule)
            case "items": items(rule)
            case "minItems": minItems(rule)
            case "maxItems": maxItems(rule)
            case "minimum": minimum(rule)
            case "maximum": maximum(rule)
            case "minLength": minLength(rule)
            case "maxLength": maxLength(rule)
            case "pattern": pattern(rule)
            case "format": format(rule)
            default: fault(if: true, saying: "the schema has an unknown keyword \(keyword)")
            }
        }
    }
}

// MARK: Any value

extension JSONSchema.Check {
    func reference(_ target: JSONValue) -> [String] {
        guard let name = target.text, let schema = schemas.resolve(name) else {
            return fault(if: true, saying: "the schema points nowhere")
        }
        return schemas.faults(of: value, against: schema, at: place)
    }

    func type(_ names: JSONValue) -> [String] {
        let allowed =
            names.elements.isEmpty ? [names.text ?? ""] : names.elements.compactMap(\.text)
        return fault(
            if: !allowed.contains(where: isA),
            saying: "is not \(allowed.joined(separator: " or "))"
        )
    }

    private func isA(_ name: String) -> Bool {
        switch (name, value) {
        case ("object", .object), ("array", .array), ("string", .string), ("number", .number),
            ("boolean", .boolean), ("null", .null):
            true
        case ("integer", .number(let text)): Int64(text) != nil
        default: false
        }
    }

    func enumeration(_ values: JSONValue) -> [String] {
        fault(if: !values.elements.contains(value), saying: "is none of the listed values")
    }

    func constant(_ constant: JSONValue) -> [String] {
        fault(if: value != constant, saying: "is not the only value allowed")
    }

    func oneOf(_ schemas: JSONValue) -> [String] {
        let faults = schemas.elements.map {
            self.schemas.faults(of: value, against: $0, at: place)
        }
        let count = faults.count(where: \.isEmpty)
        return fault(
            if: count != 1,
            saying: "fits \(count) of the alternatives: \(faults.joined())"
        )
    }

    func allOf(_ schemas: JSONValue) -> [String] {
        schemas.elements.flatMap { self.schemas.faults(of: value, against: $0, at: place) }
    }
}

// MARK: Objects

extension JSONSchema.Check {
    private var members: [JSONValue.Member] {
        if case .object(let members) = value { members } else { [] }
    }

    func properties(_ properties: JSONValue) -> [String] {
        members.flatMap { member in
            properties[member.name].map {
                schemas.faults(of: member.value, against: $0, at: "\(place).\(member.name)")
            } ?? []
        }
    }

    func required(_ names: JSONValue) -> [String] {
        guard case .object = value else { return [] }
        return names.elements.compactMap(\.text).flatMap {
            fault(if: value[$0] == nil, saying: "\($0) is missing")
        }
    }

    func additionalProperties(_ rule: JSONValue) -> [String] {
        members.filter { schema["properties"]?[$0.name] == nil }.flatMap {
            schemas.faults(of: $0.value, against: rule, at: "\(place).\($0.name)")
        }
    }

    func propertyNames(_ rule: JSONValue) -> [String] {
        members.flatMap {
            schemas.faults(of: .string($0.name), against: rule, at: "\(place)'s \($0.name)")
        }
    }

    func minProperties(_ limit: JSONValue) -> [String] {
        guard case .object = value else { return [] }
        return fault(if: members.count < limit.integer, saying: "has \(members.count) members")
    }

    func maxProperties(_ limit: JSONValue) -> [String] {
        fault(if: members.count > limit.integer, saying: "has \(members.count) members")
    }
}

// MARK: Arrays

extension JSONSchema.Check {
    func items(_ rule: JSONValue) -> [String] {
        value.elements.enumerated().flatMap { index, element in
            schemas.faults(of: element, against: rule, at: "\(place)[\(index)]")
        }
    }

    func minItems(_ limit: JSONValue) -> [String] {
        guard case .array(let elements) = value else { return [] }
        return fault(if: elements.count < limit.integer, saying: "has \(elements.count) elements")
    }

    func maxItems(_ limit: JSONValue) -> [String] {
        fault(
            if: value.elements.count > limit.integer,
            saying: "has \(value.elements.count) elements"
        )
    }
}

// MARK: Numbers and strings

extension JSONSchema.Check {
    private var number: Double? {
        if case .number(let text) = value { Double(text) } else { nil }
    }

    private var string: String? {
        if case .string(let text) = value { text } else { nil }
    }

    func minimum(_ limit: JSONValue) -> [String] {
        number.map { fault(if: $0 < Double(limit.integer), saying: "\($0) is too small") } ?? []
    }

    func maximum(_ limit: JSONValue) -> [String] {
        number.map { fault(if: $0 > Double(limit.integer), saying: "\($0) is too large") } ?? []
    }

    func minLength(_ limit: JSONValue) -> [String] {
        string.map { fault(if: $0.unicodeScalars.count < limit.integer, saying: "is too short") }
            ?? []
    }

    func maxLength(_ limit: JSONValue) -> [String] {
        string.map { fault(if: $0.unicodeScalars.count > limit.integer, saying: "is too long") }
            ?? []
    }

    func pattern(_ pattern: JSONValue) -> [String] {
        guard let string, let pattern = pattern.text else { return [] }
        let found = string.range(of: pattern, options: .regularExpression)
        return fault(if: found == nil, saying: "\(string) does not match \(pattern)")
    }

    func format(_ format: JSONValue) -> [String] {
        switch (format.text, value) {
        case ("int64", .number(let text)):
            fault(if: Int64(text) == nil, saying: "\(text) is no int64")
        case ("date-time", .string(let text)):
            fault(if: Self.date(text) == nil, saying: "\(text) is no date and time")
        case ("int64", _), ("date-time", _): []
        default: fault(if: true, saying: "the schema has an unknown format \(format.text ?? "")")
        }
    }

    private static func date(_ text: String) -> Date? {
        let whole = Date.ISO8601FormatStyle()
        let fraction = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return (try? fraction.parse(text)) ?? (try? whole.parse(text))
    }
}

extension JSONValue {
    /// The number in a schema's limit; a limit that is none allows nothing.
    fileprivate var integer: Int { text.flatMap { Int($0) } ?? .min }
}
