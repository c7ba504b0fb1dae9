import LedgerClient

/// Prints events: one JSON object per line, or one aligned line each.
enum EventLines {
    static func show(_ page: JSONValue, asJSON: Bool) {
        for event in page["events"]?.elements ?? [] {
            Terminal.print(asJSON ? line(event) : readable(event))
        }
    }

    /// The event as one line of JSON, its data as it was published.
    private static func line(_ event: JSONValue) -> String {
        guard case .object(let members) = event else { return "" }
        let parts = members.map { member in
            let raw = String(decoding: member.raw, as: UTF8.self)
            return
                "\"\(member.name)\":\(raw.split(whereSeparator: \.isNewline).joined(separator: " "))"
        }
        return "{\(parts.joined(separator: ","))}"
    }

    private static func readable(_ event: JSONValue) -> String {
        let data = String(decoding: event.raw("data") ?? [], as: UTF8.self)
        let place = "\(event.text("partition")):\(event.text("offset"))"
        let mark = event["snapshot"]?.isTrue == true ? " (latest)" : ""
        return Table.printable(
            "\(event.text("timestamp"))  \(place)\(mark)  \(event.text("key"))  "
                + "\(event.text("type"))  \(data)"
        )
    }
}
