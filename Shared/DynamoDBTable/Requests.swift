import DynamoDBJSON
import LedgerCore
import RawJSON

/// Bodies of DynamoDB's operations on one table.
struct Requests: Sendable {
    let table: String

    func get(_ key: TableKey) -> [UInt8] {
        var writer = begin()
        writer.key("Key")
        writer.rowKey(key.group, key.sortKey)
        writer.key("ConsistentRead")
        writer.boolean(true)
        return end(writer)
    }

    /// A page of the rows in `range`, which is not empty.
    func query(_ query: Query, _ range: SortKeyRange) -> [UInt8] {
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
            writer.rowKey(query.group, after)
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
        members(of: write, &writer)
        return end(writer)
    }

    func transact(_ writes: [Write], token: Incarnation) -> [UInt8] {
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
            members(of: write, &writer)
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
            writer.rowKey(key.group, key.sortKey)
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

    private func members(of write: Write, _ writer: inout JSONWriter) {
        switch write.operation {
        case .put(let item):
            writer.key("Item")
            writer.row(item)
        case .delete(let key), .check(let key):
            writer.key("Key")
            writer.rowKey(key.group, key.sortKey)
        }
        guard let condition = write.condition else { return }
        Expression(condition).write(&writer)
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
