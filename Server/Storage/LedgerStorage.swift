/// Where a server keeps its table.
package enum LedgerStorage: Hashable, Sendable {
    /// A SQLite file in this folder, for one process alone.
    case sqlite(folder: String)
    /// A DynamoDB table by its name, for any number of processes; region and credentials as AWS's
    /// own tools find them.
    case dynamoDB(table: String)

    /// Reads what `--table` says: `sqlite`, or `dynamodb:NAME`; nil for anything else.
    ///
    /// `folder`: Where the file of `sqlite` is.
    package init?(_ text: String, folder: String) {
        let prefix = "dynamodb:"
        if text == "sqlite" {
            self = .sqlite(folder: folder)
        } else if text.hasPrefix(prefix), Self.isTableName(text.dropFirst(prefix.count)) {
            self = .dynamoDB(table: String(text.dropFirst(prefix.count)))
        } else {
            return nil
        }
    }

    /// What DynamoDB takes as a name.
    private static func isTableName(_ name: Substring) -> Bool {
        (3...255).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                    UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// Connections it may have open at once.
    var connections: Int {
        switch self {
        case .sqlite: 0
        // `CurlPool`'s default.
        case .dynamoDB: 128
        }
    }

    /// Where the data is, for a person.
    package var place: String {
        switch self {
        case .sqlite(let folder): "\(folder)/\(DataFolder.fileName)"
        case .dynamoDB(let table): "DynamoDB table \(table)"
        }
    }
}
