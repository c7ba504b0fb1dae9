import DynamoDBJSON
import LedgerCore
import RawJSON

/// Bodies of DynamoDB's operations on one table.
struct Requests: Sendable {
    let table: String

    func get(_ key: TableKey) -> [UInt8] {
        var writer = begin()
        writer.key("Key")
        writer.rowKey(group: key.group, sortKey: key.sortKey)
        writer.key("ConsistentRead")
        writer.boolean(true)
        return end(writer)
    }

    /// A page of the rows in `range`, which is not empty.
    func query(_ query: Query, in range: SortKeyRange) -> [UInt8] {
        var writer = begin(capacity: 512)
        writer.key("KeyConditionExpression")
        writer.string(range.condition)
        writer.key("ExpressionAttributeValues")
        writer.beginObject()
        writer.key(":p")
        writer.attribute(.string(query.group.partitionKey))
        for (name, bound) in range.values {
            writer.key(text: name)
            writer.attribute(utf8: bound)
        }
        writer.endObject()
        if let after = range.after {
            writer.key("ExclusiveStartKey")
            writer.rowKey(group: query.group, sortKey: after)
        }
        writer.key("ScanIndexForward")
        writer.boolean(query.order == .ascending)
        writer.key("Limit")
        writer.integer(query.limit)
        writer.key("ConsistentRead")
        writer.boolean(query.consistency == .strong)
        return end(writer)
    }

    /// The body of `PutItem` or `DeleteItem`.
    func write(_ write: Write) -> [UInt8] {
        var writer = begin(capacity: 1024)
        writeMembers(of: write, to: &writer)
        return end(writer)
    }

    func transact(_ writes: [Write], token: TransactionToken) -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        writer.key("TransactItems")
        writer.beginArray()
        for write in writes {
            writer.beginObject()
            writer.key(Self.transactionName(of: write))
            writer.beginObject()
            writer.key("TableName")
            writer.string(table)
            writeMembers(of: write, to: &writer)
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
        writer.key("ClientRequestToken")
        writer.string(token.hex)
        return end(writer)
    }

    func batchDelete(_ keys: [(group: RowGroup, sortKey: [UInt8])]) -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        writer.key("RequestItems")
        writer.beginObject()
        writer.key(text: table)
        writer.beginArray()
        for key in keys {
            writer.beginObject()
            writer.key("DeleteRequest")
            writer.beginObject()
            writer.key("Key")
            writer.rowKey(group: key.group, sortKey: key.sortKey)
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return end(writer)
    }

    private static func transactionName(of write: Write) -> StaticString {
        switch write.operation {
        case .put: "Put"
        case .delete: "Delete"
        case .check: "ConditionCheck"
        }
    }

    private func writeMembers(of write: Write, to writer: inout JSONWriter) {
        switch write.operation {
        case .put(let item):
            writer.key("Item")
            writer.row(item)
        case .delete(let key), .check(let key):
            writer.key("Key")
            writer.rowKey(group: key.group, sortKey: key.sortKey)
        }
        guard let condition = write.condition else { return }
        Expression(condition).write(to: &writer)
        writer.key("ReturnValuesOnConditionCheckFailure")
        writer.string("ALL_OLD")
    }

    private func begin(capacity: Int = 256) -> JSONWriter {
        var writer = JSONWriter(capacity: capacity)
        writer.beginObject()
        writer.key("TableName")
        writer.string(table)
        return writer
    }

    private func end(_ writer: consuming JSONWriter) -> [UInt8] {
        writer.key("ReturnConsumedCapacity")
        writer.string("TOTAL")
        writer.endObject()
        return writer.finish()
    }
}

/// The operations of DynamoDB that a table needs; a function's role allows no other.
enum Operation: CaseIterable {
    case get
    case query
    case put
    case delete
    case transact
    case batch

    var name: StaticString {
        switch self {
        case .get: "GetItem"
        case .query: "Query"
        case .put: "PutItem"
        case .delete: "DeleteItem"
        case .transact: "TransactWriteItems"
        case .batch: "BatchWriteItem"
        }
    }

    var isRead: Bool {
        switch self {
        case .get, .query: true
        case .put, .delete, .transact, .batch: false
        }
    }
}

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
        case .absent(let name):
            "attribute_exists(PK) AND attribute_not_exists(\(placeholder(name)))"
        case .compare(let name, let comparison, let value):
            "\(placeholder(name)) \(comparison.rawValue) \(placeholder(value))"
        case .and(let conditions):
            join(conditions, word: " AND ", whenEmpty: .or([.exists, .notExists]))
        case .or(let conditions):
            join(conditions, word: " OR ", whenEmpty: .and([.exists, .notExists]))
        }
    }

    private mutating func join(
        _ conditions: [Condition],
        word: String,
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
    func write(to writer: inout JSONWriter) {
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

/// The sort keys that a query is about.
///
/// DynamoDB refuses a start key outside of the range and a range without keys, so neither is sent.
struct SortKeyRange {
    private let lower: [UInt8]?
    private let upper: [UInt8]?
    /// Begin after this key, which lies within the bounds; nil: at the first.
    let after: [UInt8]?

    /// Nil when there can be no row.
    init?(_ query: Query) {
        lower = query.lowerBound
        upper = query.upperBound
        if let lower, let upper, upper.lexicographicallyPrecedes(lower) { return nil }
        guard let after = query.after else {
            self.after = nil
            return
        }
        let isBelow = lower.map { after.lexicographicallyPrecedes($0) } ?? false
        let isAbove = upper.map { $0.lexicographicallyPrecedes(after) } ?? false
        switch query.order {
        case .ascending:
            if isAbove { return nil }
            self.after = isBelow ? nil : after
        case .descending:
            if isBelow { return nil }
            self.after = isAbove ? nil : after
        }
    }

    /// The condition, with `:p` for the partition key.
    var condition: String {
        switch (lower, upper) {
        case (nil, nil): "PK = :p"
        case (_?, nil): "PK = :p AND SK >= :l"
        case (nil, _?): "PK = :p AND SK <= :u"
        case (_?, _?): "PK = :p AND SK BETWEEN :l AND :u"
        }
    }

    /// The bounds by their placeholders.
    var values: [(name: String, bound: [UInt8])] {
        (lower.map { [(":l", $0)] } ?? []) + (upper.map { [(":u", $0)] } ?? [])
    }
}
