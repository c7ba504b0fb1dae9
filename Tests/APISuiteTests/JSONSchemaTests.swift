import APISuite
import LedgerClient
import LedgerSchemas
import Testing

/// The validator that every answer of the suite is held against must be able to say no.
@Suite("JSON Schema")
struct JSONSchemaTests {
    struct Rule: Sendable, CustomStringConvertible {
        let schema: String
        let fitting: [String]
        let wrong: [String]

        var description: String { schema }
    }

    private static let rules = [
        Rule(
            schema: #"{"type":"integer"}"#,
            fitting: ["3", "-1"],
            wrong: ["3.5", "\"3\"", "null"]
        ),
        Rule(
            schema: #"{"type":["string","null"]}"#,
            fitting: ["\"\"", "null"],
            wrong: ["1", "[]"]
        ),
        Rule(schema: #"{"enum":["a",1]}"#, fitting: ["\"a\"", "1"], wrong: ["\"b\"", "2"]),
        Rule(schema: #"{"const":true}"#, fitting: ["true"], wrong: ["false", "1"]),
        Rule(
            schema: #"{"oneOf":[{"type":"integer"},{"minimum":3}]}"#,
            fitting: ["1", "3.5"],
            wrong: ["4", "2.5"]
        ),
        Rule(
            schema: #"{"allOf":[{"type":"integer"},{"minimum":3}]}"#,
            fitting: ["4"],
            wrong: ["1", "3.5"]
        ),
        Rule(
            schema: #"{"properties":{"a":{"type":"null"}},"additionalProperties":false}"#,
            fitting: ["{}", #"{"a":null}"#],
            wrong: [#"{"a":1}"#, #"{"b":null}"#]
        ),
        Rule(
            schema: #"{"required":["a"]}"#,
            fitting: [#"{"a":1}"#, "[]"],
            wrong: ["{}", #"{"b":1}"#]
        ),
        Rule(schema: #"{"minProperties":1}"#, fitting: [#"{"a":1}"#, "[]"], wrong: ["{}"]),
        Rule(
            schema: #"{"propertyNames":{"pattern":"^[0-9]+$"},"maxProperties":1}"#,
            fitting: [#"{"12":0}"#],
            wrong: [#"{"x":0}"#, #"{"1":0,"2":0}"#]
        ),
        Rule(
            schema: #"{"items":{"type":"integer"},"minItems":1,"maxItems":2}"#,
            fitting: ["[1]", "[1,2]"],
            wrong: ["[]", "[1,2,3]", "[\"1\"]"]
        ),
        Rule(schema: #"{"minimum":0,"maximum":9}"#, fitting: ["0", "9"], wrong: ["-1", "10"]),
        Rule(
            schema: #"{"minLength":1,"maxLength":2,"pattern":"^a"}"#,
            fitting: ["\"a\"", "\"aé\""],
            wrong: ["\"\"", "\"abc\"", "\"b\""]
        ),
        Rule(
            schema: #"{"format":"date-time"}"#,
            fitting: ["\"2026-11-21T01:02:03.456Z\"", "\"2026-11-21T01:02:03Z\""],
            wrong: ["\"yesterday\"", "\"2026-11-21\""]
        ),
        Rule(
            schema: #"{"format":"int64"}"#,
            fitting: ["9223372036854775807"],
            wrong: ["9223372036854775808"]
        ),
        Rule(schema: "false", fitting: [], wrong: ["1"]),
        Rule(
            schema: ##"{"$ref":"#/components/schemas/Success"}"##,
            fitting: [#"{"success":true}"#],
            wrong: ["{}", #"{"success":true,"more":1}"#]
        ),
        Rule(schema: ##"{"$ref":"#/nowhere"}"##, fitting: [], wrong: ["1"]),
        Rule(schema: #"{"not":{"type":"null"}}"#, fitting: [], wrong: ["1", "null"]),
        Rule(schema: #"{"format":"uuid"}"#, fitting: [], wrong: ["\"x\""]),
    ]

    private func faults(_ value: String, against schema: String) throws -> [String] {
        let document = try JSONValue(LedgerSchemas.openAPI)
        return JSONSchema(document: document).faults(
            of: try JSONValue(Array(value.utf8)),
            against: try JSONValue(Array(schema.utf8))
        )
    }

    @Test("Each keyword takes what fits and says what does not", arguments: rules)
    func keywords(_ rule: Rule) throws {
        for value in rule.fitting {
            #expect(try faults(value, against: rule.schema) == [], "\(value)")
        }
        for value in rule.wrong {
            #expect(try faults(value, against: rule.schema) != [], "\(value)")
        }
    }

    @Test("Every example of the description fits its own schema")
    func examples() throws {
        let document = try JSONValue(LedgerSchemas.openAPI)
        guard case .object(let schemas) = document["components"]?["schemas"] else {
            Issue.record("the description has no schemas")
            return
        }
        for schema in schemas {
            let examples = schema.value["examples"]?.elements ?? []
            #expect(!examples.isEmpty, "\(schema.name)")
            for example in examples {
                let faults = JSONSchema(document: document).faults(
                    of: example,
                    against: schema.value
                )
                #expect(faults == [], "\(schema.name)")
            }
        }
    }
}
