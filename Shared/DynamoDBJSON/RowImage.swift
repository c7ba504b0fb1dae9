import LedgerBytes
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

    /// The partition key's text; empty when the image has none.
    package private(set) var partitionKey = ""
    /// The sort key's UTF-8; empty when the image has none.
    package private(set) var sortKey: [UInt8] = []
    /// The attributes whose name and type some row of ours has; others are left out.
    package private(set) var attributes: [(name: Attribute, value: AttributeValue)] = []

    /// Reads an object of attributes.
    package init(_ reader: inout JSONReader) throws(JSONError) {
        attributes.reserveCapacity(8)
        try reader.namedMembers { name, reader throws(JSONError) in
            try reader.members { type, reader throws(JSONError) in
                try read(name, type: type, from: &reader)
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
        type: JSONString,
        from reader: inout JSONReader
    ) throws(JSONError) -> Bool {
        switch name {
        case KeyName.partition where reader.text(of: type, is: "S"):
            partitionKey = try reader.stringText()
        case KeyName.sort where reader.text(of: type, is: "S"): sortKey = try reader.stringBytes()
        default:
            guard let name = Attribute(rawValue: name) else { return false }
            return try read(name, type: type, from: &reader)
        }
        return true
    }

    private mutating func read(
        _ name: Attribute,
        type: JSONString,
        from reader: inout JSONReader
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

extension JSONWriter {
    /// Writes a row with its key.
    package mutating func row(_ item: Item) {
        beginObject()
        keyMembers(group: item.key.group, sortKey: item.key.sortKey)
        for (name, value) in item.attributes {
            key(text: name.rawValue)
            attribute(value)
        }
        endObject()
    }

    /// Writes a row's key.
    package mutating func rowKey(group: RowGroup, sortKey: [UInt8]) {
        beginObject()
        keyMembers(group: group, sortKey: sortKey)
        endObject()
    }

    /// Writes `{"N": "3"}`, `{"S": "text"}` or `{"B": "base64"}`.
    package mutating func attribute(_ value: AttributeValue) {
        beginObject()
        switch value {
        case .number(let number):
            key("N")
            string(String(number))
        case .string(let text):
            key("S")
            string(text)
        case .bytes(let bytes):
            key("B")
            string(utf8: Base64.encode(bytes))
        }
        endObject()
    }

    /// Writes `{"S": "text"}` of UTF-8.
    package mutating func attribute(utf8: [UInt8]) {
        beginObject()
        key("S")
        string(utf8: utf8)
        endObject()
    }

    private mutating func keyMembers(group: RowGroup, sortKey: [UInt8]) {
        key(text: RowImage.KeyName.partition)
        attribute(.string(group.partitionKey))
        key(text: RowImage.KeyName.sort)
        attribute(utf8: sortKey)
    }
}
