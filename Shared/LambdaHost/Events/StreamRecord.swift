import DynamoDBJSON
import LedgerCore
import LedgerService
import RawJSON

/// A record of a DynamoDB stream.
struct StreamRecord {
    /// What a failure is reported by.
    var sequenceNumber = ""
    /// What it is news of; nil for a record that calls for no fold.
    var news: ChunkNotice?

    /// Reads `Records`.
    ///
    /// A record that is no insertion of a chunk, or not understood, is no news: it must not stop
    /// the others, and the sweep finds whatever it was about.
    static func all(_ reader: inout JSONReader) throws(JSONError) -> [StreamRecord] {
        var records: [StreamRecord] = []
        try reader.elements { reader throws(JSONError) in
            var fields = Fields()
            try reader.namedMembers { name, reader throws(JSONError) in
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
    private var keys: RowImage?
    private var image: RowImage?

    mutating func read(_ reader: inout JSONReader) throws(JSONError) {
        try reader.namedMembers { name, reader throws(JSONError) in
            switch name {
            case "SequenceNumber": sequenceNumber = try reader.stringText()
            case "Keys": keys = try RowImage(&reader)
            case "NewImage": image = try RowImage(&reader)
            default: return false
            }
            return true
        }
    }

    var record: StreamRecord {
        StreamRecord(
            sequenceNumber: sequenceNumber,
            news: isRemoval ? nil : key.flatMap { ChunkNotice($0, image: item($0)) }
        )
    }

    private var key: TableKey? {
        guard let keys, let group = RowGroup(logPartitionKey: keys.partitionKey) else { return nil }
        return group.key(sortKey: keys.sortKey)
    }

    private func item(_ key: TableKey) -> Item? {
        image.map { $0.item(key) }
    }
}
