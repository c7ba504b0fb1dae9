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
