package import LedgerCore
package import RawJSON

/// A row, or its key, as DynamoDB's JSON writes it: `{"PK": {"S": …}, "n": {"N": "3"}, …}`.
package struct RowImage: Sendable {
    /// The names of the key's attributes.
    package enum KeyName {
        /// The partition key, text.
        package static let partition = "PK"
        /// The sort key, text, which DynamoDB orders by its UTF-8.
        package static let sort = "SK"
    }

    /// Empty when absent.
    package private(set) var partitionKey = ""
    /// UTF-8; empty when absent.
    package private(set) var sortKey: [UInt8] = []
    /// Those whose name and type some row has; others are left out.
    package private(set) var attributes: [(name: Attribute, value: AttributeValue)] = []

    /// Reads an object of attributes.
    package init(_ reader: inout JSONReader) throws(JSONError) {
        attributes.reserveCapacity(8)
        try reader.namedMembers { name, reader throws(JSONError) in
            try reader.members { type, reader throws(JSONError) in
                try read(name, type, &reader)
            }
            return true
        }
    }

    /// The row with this key and these attributes.
    package func item(_ key: TableKey) -> Item {
        var item = Item(key, capacity: attributes.count)
        for (name, value) in attributes { item[name] = value }
        return item
    }

    private mutating func read(
        _ name: String,
        _ type: JSONString,
        _ reader: inout JSONReader
    ) throws(JSONError) -> Bool {
        switch name {
        case KeyName.partition where reader.text(of: type, is: "S"):
            partitionKey = try reader.stringText()
        case KeyName.sort where reader.text(of: type, is: "S"): sortKey = try reader.stringBytes()
        default:
            guard let name = Attribute(rawValue: name) else { return false }
            return try read(name, type, &reader)
        }
        return true
    }

    private mutating func read(
        _ name: Attribute,
        _ type: JSONString,
        _ reader: inout JSONReader
    ) throws(JSONError) -> Bool {
        let value: AttributeValue?
        if reader.text(of: type, is: "S") {
            value = .string(try reader.stringText())
        } else if reader.text(of: type, is: "N") {
            value = Int64(try reader.stringText()).map(AttributeValue.number)
        } else if reader.text(of: type, is: "B") {
            let text = try reader.stringBytes()
            value = text.withUnsafeBytes(Base64.decode).map(AttributeValue.bytes)
        } else {
            return false
        }
        if let value { attributes.append((name, value)) }
        return true
    }
}
