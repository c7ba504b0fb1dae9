import ArgumentParser
import LedgerBytes
import LedgerCore

/// The beginning of reading without a subscription: a word, a time, or an offset.
struct ReadingPoint: ExpressibleByArgument {
    static let allValueStrings = ["earliest", "latest", "2026-11-21T08:00:00Z", "120"]

    /// As it was written, which is as the API takes it.
    let text: String

    /// Nil when it is none of them: the ledger looks closer at a time.
    init?(argument text: String) {
        guard ["earliest", "latest"].contains(text) || Self.isOffset(text) || Self.isTime(text)
        else { return nil }
        self.text = text
    }

    private static func isOffset(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(ASCII.isDigit) && Int64(text) != nil
    }

    /// True when the text begins with a year, as times do.
    static func isTime(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count > 5 && bytes[..<4].allSatisfy(ASCII.isDigit)
            && bytes[4] == UInt8(ascii: "-")
    }
}

/// A choice of a stream's events to be read without a subscription, and where to begin.
struct EventQuery {
    /// The place of the first event.
    enum Start {
        case from(String)
        /// So many events before the end of each partition.
        case last(Int)
    }

    let stream: String
    var start: Start
    /// The only partition to read; nil for all.
    var partition: Int?
    var key: String?
    /// A type, or the beginning of types and a `*`.
    var type: String?

    /// One page of events.
    ///
    /// - Parameters:
    ///   - ledger: the ledger that has the stream.
    ///   - cursor: that of the page before; nil begins.
    ///   - limit: the most events to take.
    /// - Returns: the page, which has a cursor for the next one.
    /// - Throws: ``Failure``, also for an answer without a cursor.
    func page(
        from ledger: RemoteLedger,
        after cursor: String?,
        limit: Int
    ) async throws(Failure) -> EventPage {
        let answer = try await ledger.call(
            "GET",
            at: ["streams", stream, "events"],
            query: parameters(after: cursor, limit: limit)
        )
        let page = try EventPage(answer)
        // Without it the same page would come for ever.
        guard page.cursor != nil else { throw .notALedger }
        return page
    }

    func parameters(
        after cursor: String?,
        limit: Int
    ) -> [(name: String, value: String)] {
        var query: [(name: String, value: String)] = []
        switch (cursor, start) {
        case (let cursor?, _): query.append(("cursor", cursor))
        case (nil, .from(let place)): query.append(("from", place))
        case (nil, .last(let count)): query.append(("last", "\(count)"))
        }
        if let partition { query.append(("partition", "\(partition)")) }
        if let key { query.append(("key", key)) }
        if let type { query.append(("type", type)) }
        query.append(("limit", "\(min(limit, Limits.pageEntries.upperBound))"))
        return query
    }
}
