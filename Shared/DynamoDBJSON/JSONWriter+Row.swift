package import LedgerCore
package import RawJSON

extension JSONWriter {
    /// Writes a row with its key.
    package mutating func row(_ item: Item) {
        beginObject()
        keyMembers(item.key.group, item.key.sortKey)
        for (name, value) in item.attributes {
            key(text: name.rawValue)
            attribute(value)
        }
        endObject()
    }

    /// Writes a row's key.
    package mutating func rowKey(_ group: RowGroup, _ sortKey: [UInt8]) {
        beginObject()
        keyMembers(group, sortKey)
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

    private mutating func keyMembers(_ group: RowGroup, _ sortKey: [UInt8]) {
        key(text: RowImage.KeyName.partition)
        attribute(.string(group.partitionKey))
        key(text: RowImage.KeyName.sort)
        attribute(utf8: sortKey)
    }
}
