import LedgerCore
import LedgerService

/// What a function may do to which rows, as its role says it.
struct Right: Hashable, CustomStringConvertible {
    enum Action: String, CaseIterable {
        case get = "Get"
        case query = "Query"
        case put = "Put"
        case delete = "Delete"
        case batchWrite = "BatchWrite"
    }

    let action: Action
    /// The partition key, or its beginning and `*`.
    let rows: String

    init(_ action: Action, _ rows: String) {
        self.action = action
        self.rows = rows
    }

    init(_ action: Action, _ group: RowGroup) {
        let key = group.partitionKey
        self.init(action, key.contains("#") ? key.prefix { $0 != "#" } + "#*" : key)
    }

    var description: String { "\(action.rawValue) \(rows)" }

    /// By function, what `tofu/modules/functions/permissions.tf` grants.
    static func granted() throws -> [LedgerFunction: Set<Right>] {
        var granted: [LedgerFunction: Set<Right>] = [:]
        var function: LedgerFunction?
        var action: Action?
        for line in try Project.text("tofu/modules/functions/permissions.tf").split(separator: "\n")
        {
            let words = line.split(separator: " ")
            guard let word = words.first.map(String.init) else { continue }
            if words.dropFirst().first == "=" {
                function = LedgerFunction(rawValue: word) ?? function
                action = Action(rawValue: word)
            } else if let function, let action, word.hasPrefix("\"") {
                let rows = word.split(separator: "\"")[0]
                granted[function, default: []].insert(Right(action, String(rows)))
            }
        }
        return granted
    }
}
