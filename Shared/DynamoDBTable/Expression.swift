import DynamoDBJSON
import LedgerCore
import RawJSON

/// A condition in DynamoDB's words: text with placeholders, and what they stand for.
///
/// Names need placeholders because DynamoDB reserves hundreds of words; values have no other way.
struct Expression {
    private(set) var text = ""
    private var names: [Attribute] = []
    private var values: [AttributeValue] = []

    init(_ condition: Condition) {
        text = render(condition)
    }

    private mutating func render(_ condition: Condition) -> String {
        switch condition {
        case .notExists: "attribute_not_exists(PK)"
        case .exists: "attribute_exists(PK)"
        case .compare(let name, let comparison, let value):
            "\(placeholder(name)) \(comparison.rawValue) \(placeholder(value))"
        case .and(let conditions): join(conditions, " AND ", whenEmpty: .or([.exists, .notExists]))
        case .or(let conditions): join(conditions, " OR ", whenEmpty: .and([.exists, .notExists]))
        }
    }

    private mutating func join(
        _ conditions: [Condition],
        _ word: String,
        whenEmpty: Condition
    ) -> String {
        guard !conditions.isEmpty else { return render(whenEmpty) }
        var texts: [String] = []
        for condition in conditions { texts.append("(\(render(condition)))") }
        return texts.joined(separator: word)
    }

    private mutating func placeholder(_ name: Attribute) -> String {
        let index = names.firstIndex(of: name) ?? names.endIndex
        if index == names.endIndex { names.append(name) }
        return "#a\(index)"
    }

    private mutating func placeholder(_ value: AttributeValue) -> String {
        values.append(value)
        return ":v\(values.endIndex - 1)"
    }

    /// Writes the members of a request that hold the condition.
    func write(_ writer: inout JSONWriter) {
        writer.key("ConditionExpression")
        writer.string(text)
        if !names.isEmpty {
            writer.key("ExpressionAttributeNames")
            writer.beginObject()
            for (index, name) in names.enumerated() {
                writer.key(text: "#a\(index)")
                writer.string(name.rawValue)
            }
            writer.endObject()
        }
        guard !values.isEmpty else { return }
        writer.key("ExpressionAttributeValues")
        writer.beginObject()
        for (index, value) in values.enumerated() {
            writer.key(text: ":v\(index)")
            writer.attribute(value)
        }
        writer.endObject()
    }
}
