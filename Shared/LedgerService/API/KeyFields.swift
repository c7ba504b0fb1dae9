import LedgerCore
import RawJSON

/// The fields of a new API key.
extension JSONReader {
    /// A key's name, for people: printable, and no longer than an operator reads.
    mutating func keyName(_ field: String) throws(LedgerError) -> String {
        let name = try text(field)
        guard Limits.keyNameBytes.contains(name.utf8.count),
            !ControlCharacters.occur(in: name.utf8)
        else {
            throw .invalid(
                field: field,
                message:
                    "must be 1 to \(Limits.keyNameBytes.upperBound) bytes without control characters",
                limit: Limits.keyNameBytes.upperBound
            )
        }
        return name
    }

    /// An RFC 3339 time in the future, or null for never.
    mutating func expiry(_ field: String, after now: Timestamp) throws(LedgerError) -> Timestamp? {
        if try nextKind() == .null {
            try read { reader throws(JSONError) in try reader.null() }
            return nil
        }
        guard let moment = RFC3339.parse(try text(field)) else {
            throw .invalid(field: field, message: "must be an RFC 3339 time")
        }
        guard moment > now else { throw .invalid(field: field, message: "lies in the past") }
        return moment
    }

    /// A list of scopes.
    mutating func scopes(_ field: String) throws(LedgerError) -> [Scope] {
        var scopes: [Scope] = []
        try elements(of: field) { element, reader throws(LedgerError) in
            scopes.append(try reader.scope(element))
            return scopes.count <= Limits.scopesPerKey.upperBound
        }
        guard Limits.scopesPerKey.contains(scopes.count) else {
            throw .invalid(
                field: field,
                message: "must have 1 to \(Limits.scopesPerKey.upperBound) elements",
                limit: Limits.scopesPerKey.upperBound
            )
        }
        return scopes
    }

    private mutating func scope(_ field: String) throws(LedgerError) -> Scope {
        var actions: Set<APIKeyAction> = []
        var streams: StreamPattern?
        guard try nextKind() == .object else {
            throw .invalid(field: field, message: "must be an object")
        }
        try members { name, reader throws(LedgerError) in
            switch name {
            case "actions": actions = try reader.actions("\(field).actions")
            case "streams":
                guard let pattern = StreamPattern(try reader.text("\(field).streams")) else {
                    throw .invalid(
                        field: "\(field).streams",
                        message:
                            "must be a stream's name, the beginning of names with a '*', or '*'"
                    )
                }
                streams = pattern
            default: return false
            }
            return true
        }
        guard let streams else { throw .invalid(field: "\(field).streams", message: "is missing") }
        guard let scope = Scope(actions, on: streams) else {
            throw .invalid(field: "\(field).actions", message: "must name an action at least")
        }
        return scope
    }

    private mutating func actions(_ field: String) throws(LedgerError) -> Set<APIKeyAction> {
        var actions: Set<APIKeyAction> = []
        try elements(of: field) { element, reader throws(LedgerError) in
            guard let action = APIKeyAction(rawValue: try reader.text(element)) else {
                throw .invalid(field: element, message: "must be admin, publish or consume")
            }
            guard actions.insert(action).inserted else {
                throw .invalid(field: element, message: "is given twice")
            }
            return true
        }
        return actions
    }
}
