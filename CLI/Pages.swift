import LedgerClient

/// Lists that come in pages.
enum Pages {
    /// Calls `body` with every page of a list, until `next` is absent.
    static func each(
        _ client: LedgerClient,
        _ path: [String],
        _ body: ([UInt8], JSONValue) -> Void
    ) async throws(LedgerClientError) {
        var next: String?
        repeat {
            let query = [(name: "limit", value: "1000")] + (next.map { [("next", $0)] } ?? [])
            let answer = try await client.call("GET", path, query: query)
            let page = try JSONValue.answer(answer)
            body(answer, page)
            next = page["next"]?.text
        } while next != nil
    }
}
