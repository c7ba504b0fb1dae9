/// Why a ledger file can't be opened. Nothing was changed.
public enum SQLiteOpenError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another process, or another part of this one, has it open.
    case inUse(path: String)
    /// The file is something else.
    case notALedger(path: String)
    /// A later version of the ledger wrote it.
    case newerVersion(path: String, found: Int, supported: Int)
    /// SQLite finds it damaged.
    case corrupt(path: String, message: String)
    /// The file or its folder can't be opened or created.
    case inaccessible(path: String, message: String)

    public var description: String {
        switch self {
        case .inUse(let path): "\(path) is in use by another process; stop that one first"
        case .notALedger(let path): "\(path) is not a ledger file"
        case .newerVersion(let path, let found, let supported):
            "\(path) was written by a newer version (format \(found)); this one knows formats up "
                + "to \(supported)"
        case .corrupt(let path, let message): "\(path) is damaged: \(message)"
        case .inaccessible(let path, let message): "\(path) can't be opened: \(message)"
        }
    }
}
