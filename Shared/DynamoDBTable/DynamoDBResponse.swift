import DynamoDBJSON
import LedgerCore
import RawJSON

/// The members of DynamoDB's responses that a table reads, of any operation.
struct DynamoDBResponse {
    /// `Item`: the row that a get found, or that kept a condition from holding.
    var item: RowImage?
    /// `Items` of a query.
    var items: [RowImage] = []
    /// The sort key of `LastEvaluatedKey`.
    var last: [UInt8]?
    /// `UnprocessedItems`: the keys of a batch that DynamoDB left undone.
    var unprocessed: [RowImage] = []
    /// `CancellationReasons` of a transaction, one for each of its writes.
    var reasons: [Reason] = []
    /// `ConsumedCapacity`, units of all tables and indexes together.
    var units: Double = 0

    struct Reason {
        var code = ""
        var item: RowImage?
    }

    init(_ body: [UInt8]) throws(JSONError) {
        let result: Result<DynamoDBResponse, JSONError> = body.withUnsafeBytes { bytes in
            do throws(JSONError) {
                var response = DynamoDBResponse()
                var reader = try JSONReader(bytes, maximumDepth: 32)
                try response.read(&reader)
                try reader.end()
                return .success(response)
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }

    private init() {}

    private mutating func read(_ reader: inout JSONReader) throws(JSONError) {
        try reader.namedMembers { name, reader throws(JSONError) in
            switch name {
            case "Item": item = try RowImage(&reader)
            case "Items":
                try reader.elements { reader throws(JSONError) in
                    items.append(try RowImage(&reader))
                }
            case "LastEvaluatedKey": last = try RowImage(&reader).sortKey
            case "UnprocessedItems": try readUnprocessed(&reader)
            case "CancellationReasons": try readReasons(&reader)
            case "ConsumedCapacity": try readCapacity(&reader)
            default: return false
            }
            return true
        }
    }

    /// By table, the deletions left over: `{"DeleteRequest": {"Key": {…}}}`.
    private mutating func readUnprocessed(_ reader: inout JSONReader) throws(JSONError) {
        try reader.namedMembers { _, reader throws(JSONError) in
            try reader.elements { reader throws(JSONError) in
                try reader.namedMembers { _, reader throws(JSONError) in
                    try reader.namedMembers { name, reader throws(JSONError) in
                        guard name == "Key" else { return false }
                        unprocessed.append(try RowImage(&reader))
                        return true
                    }
                    return true
                }
            }
            return true
        }
    }

    private mutating func readReasons(_ reader: inout JSONReader) throws(JSONError) {
        try reader.elements { reader throws(JSONError) in
            var reason = Reason()
            try reader.namedMembers { name, reader throws(JSONError) in
                switch name {
                case "Code": reason.code = try reader.stringText()
                case "Item" where try reader.kind() == .object: reason.item = try RowImage(&reader)
                default: return false
                }
                return true
            }
            reasons.append(reason)
        }
    }

    /// One object, or of operations on several tables an array of them.
    private mutating func readCapacity(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.kind() == .array else { return try readTableCapacity(&reader) }
        try reader.elements { reader throws(JSONError) in try readTableCapacity(&reader) }
    }

    private mutating func readTableCapacity(_ reader: inout JSONReader) throws(JSONError) {
        try reader.namedMembers { name, reader throws(JSONError) in
            guard name == "CapacityUnits" else { return false }
            let number = try reader.number()
            units += Double(String(decoding: reader.raw(number.range), as: UTF8.self)) ?? 0
            return true
        }
    }
}
