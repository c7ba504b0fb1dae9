import LedgerCore
import LedgerService
import RawJSON

/// A record of a DynamoDB stream.
struct StreamRecord {
    /// What a failure is reported by.
    var sequenceNumber = ""
    /// What it is news of; nil for a record that calls for no fold.
    var news: LogNews?

    /// Reads `Records`.
    ///
    /// A record that is no insertion of a chunk, or not understood, is no news: it must not stop
    /// the others, and the sweep finds whatever it was about.
    static func all(_ reader: inout JSONReader) throws(JSONError) -> [StreamRecord] {
        var records: [StreamRecord] = []
        try reader.elements { reader throws(JSONError) in
            var fields = Fields()
            try reader.members { name, reader throws(JSONError) in
                switch name {
                case "eventName": fields.isRemoval = try reader.stringText() == "REMOVE"
                case "dynamodb": try fields.read(&reader)
                default: return false
                }
                return true
            }
            records.append(fields.record)
        }
        return records
    }
}

private struct Fields {
    var isRemoval = false
    private var sequenceNumber = ""
    private var keys: [String: AttributeValue] = [:]
    private var image: [String: AttributeValue]?

    mutating func read(_ reader: inout JSONReader) throws(JSONError) {
        try reader.members { name, reader throws(JSONError) in
            switch name {
            case "SequenceNumber": sequenceNumber = try reader.stringText()
            case "Keys": keys = try reader.attributes()
            case "NewImage": image = try reader.attributes()
            default: return false
            }
            return true
        }
    }

    var record: StreamRecord {
        StreamRecord(
            sequenceNumber: sequenceNumber,
            news: isRemoval ? nil : key.flatMap { LogNews($0, image: item($0)) }
        )
    }

    private var key: TableKey? {
        guard case .string(let partitionKey)? = keys["PK"],
            case .string(let sortKey)? = keys["SK"],
            let group = RowGroup(logPartitionKey: partitionKey)
        else { return nil }
        return group.key(sortKey: Array(sortKey.utf8))
    }

    private func item(_ key: TableKey) -> Item? {
        guard let image else { return nil }
        var item = Item(key)
        for (name, value) in image {
            guard let name = Attribute(rawValue: name) else { continue }
            item[name] = value
        }
        return item
    }
}

extension JSONReader {
    /// `{"n": {"N": "3"}, …}`; values of types that no row has are left out.
    fileprivate mutating func attributes() throws(JSONError) -> [String: AttributeValue] {
        var attributes: [String: AttributeValue] = [:]
        try members { name, reader throws(JSONError) in
            try reader.members { type, reader throws(JSONError) in
                switch type {
                case "S": attributes[name] = .string(try reader.stringText())
                case "N":
                    attributes[name] = Int64(try reader.stringText()).map(AttributeValue.number)
                case "B":
                    attributes[name] = Base64.decode(try reader.stringBytes())
                        .map(AttributeValue.bytes)
                default: return false
                }
                return true
            }
            return true
        }
        return attributes
    }
}
