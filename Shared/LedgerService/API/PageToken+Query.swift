import LedgerCore

extension PageToken {
    /// Where the page after `text` begins; nil for the first page.
    static func decoded(_ text: String?, of kind: Kind) throws(LedgerError) -> PageToken? {
        guard let text else { return nil }
        guard let token = PageToken.decode(text, kind: kind) else {
            throw .invalid(field: "next", message: "is no token that this list returned")
        }
        return token
    }

    /// The sort key before the page after `text`.
    static func after(_ text: String?, of kind: Kind) throws(LedgerError) -> [UInt8]? {
        try decoded(text, of: kind)?.sortKey
    }
}
