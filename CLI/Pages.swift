import LedgerClient

/// Lists that come in pages.
enum Pages {
    /// Calls `body` with every page of a list, until `next` is absent.
    static func each(
        _ ledger: RemoteLedger,
        _ path: [String],
        _ body: ([UInt8], JSONValue) throws(Failure) -> Void
    ) async throws(Failure) {
        var next: String?
        repeat {
            let query = [(name: "limit", value: "1000")] + (next.map { [("next", $0)] } ?? [])
            let answer = try await ledger.call("GET", path, query: query)
            let page = try JSONValue.answer(answer)
            try body(answer, page)
            next = page["next"]?.text
        } while next != nil
    }
}
