/// One row: its key and its attributes.
///
/// A put replaces the row as a whole.
public struct Item: Hashable, Sendable {
    /// Which row.
    public let key: TableKey
    /// Names and values, in the order in which they were set; no name occurs twice.
    public private(set) var attributes: [(name: Attribute, value: AttributeValue)]

    /// A row without attributes.
    public init(_ key: TableKey, capacity: Int = 8) {
        self.key = key
        attributes = []
        attributes.reserveCapacity(capacity)
    }

    /// Reads or sets one attribute; setting nil removes it.
    public subscript(name: Attribute) -> AttributeValue? {
        get { attributes.first { $0.name == name }?.value }
        set {
            let index = attributes.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): attributes[index].value = value
            case (let index?, nil): attributes.remove(at: index)
            case (nil, let value?): attributes.append((name, value))
            case (nil, nil): break
            }
        }
    }

    /// The number in `name`, nil when absent or of another type.
    public func number(_ name: Attribute) -> Int64? {
        guard case .number(let value)? = self[name] else { return nil }
        return value
    }

    /// The text in `name`, nil when absent or of another type.
    public func string(_ name: Attribute) -> String? {
        guard case .string(let value)? = self[name] else { return nil }
        return value
    }

    /// The bytes in `name`, nil when absent or of another type.
    public func bytes(_ name: Attribute) -> [UInt8]? {
        guard case .bytes(let value)? = self[name] else { return nil }
        return value
    }

    /// Same key and same attributes, in any order.
    public static func == (left: Item, right: Item) -> Bool {
        left.key == right.key && left.attributes.count == right.attributes.count
            && left.attributes.allSatisfy { right[$0.name] == $0.value }
    }

    /// Consistent with equality.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(key)
    }

    /// The row's size by DynamoDB's measure: names, values and keys, bytes.
    public var storedBytes: Int {
        let keys = 4 + key.group.partitionKey.utf8.count + key.sortKey.count
        return attributes.reduce(keys) { $0 + $1.name.rawValue.utf8.count + $1.value.storedBytes }
    }
}

extension AttributeValue {
    /// DynamoDB: a number takes about half a byte a digit and one more, at most 21.
    var storedBytes: Int {
        switch self {
        case .number: 11
        case .string(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        }
    }
}
