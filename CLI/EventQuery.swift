import ArgumentParser
import LedgerCore

/// Where reading without a subscription begins: a word, a time, or an offset.
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
        !text.isEmpty && text.utf8.allSatisfy(isDigit) && Int64(text) != nil
    }

    /// Whether it begins with a year.
    static func isTime(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count > 5 && bytes[..<4].allSatisfy(isDigit) && bytes[4] == UInt8(ascii: "-")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

/// Which events of a stream are read without a subscription, and from where.
struct EventQuery {
    /// Where it begins.
    enum Start {
        case from(String)
        /// So many events before the end of each partition.
        case last(Int)
    }

    let stream: String
    var start: Start
    /// Nil: all.
    var partition: Int?
    var key: String?
    /// A type, or the beginning of types and a `*`.
    var type: String?

    /// One page of at most so many events, from where the page before ended; a cursor of nil begins.
    ///
    /// `wait`: how many seconds to wait for events when there are none.
    func page(
        _ ledger: RemoteLedger,
        after cursor: String?,
        limit: Int,
        wait: Int = 0
    ) async throws(Failure) -> EventPage {
        let answer = try await ledger.call(
            "GET",
            ["streams", stream, "events"],
            query: parameters(after: cursor, limit: limit, wait: wait),
            wait: wait * 1000
        )
        let page = try EventPage(answer)
        // Without it the same page would come for ever.
        guard page.cursor != nil else { throw .notALedger }
        return page
    }

    func parameters(
        after cursor: String?,
        limit: Int,
        wait: Int
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
        if wait > 0 { query.append(("wait", "\(wait)")) }
        return query
    }
}
