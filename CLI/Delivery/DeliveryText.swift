import LedgerClient

/// Words for people on how a subscription delivers, and on what is parked.
extension SubscriptionCommand {
    /// The lines of a description on events mode and a webhook; empty where there are none.
    static func delivery(of subscription: JSONValue) -> String {
        (subscription["delivery"].map(policy) ?? "") + (subscription["webhook"].map(webhook) ?? "")
    }

    private static func policy(_ delivery: JSONValue) -> String {
        guard delivery.text("mode") == "events" else { return "" }
        let most = delivery["max_deliveries"]?.text ?? "none"
        let pauses = (delivery["backoff"]?.elements ?? []).compactMap(\.text)
        var lines = [
            "events mode: order \(delivery.text("order")), ack wait \(delivery.text("ack_wait")) s, "
                + "max deliveries \(most), then \(delivery.text("exhausted")), "
                + "back-off \(pauses.joined(separator: ",")) s"
        ]
        let counts = ["held", "waiting", "noted", "resting", "parked"].compactMap { name in
            delivery[name]?.text.map { "\(name) \($0)" }
        }
        let oldest = delivery["oldest_open_at"]?.text.map { ", the oldest open since \($0)" } ?? ""
        if !counts.isEmpty { lines.append(counts.joined(separator: ", ") + oldest) }
        lines += (delivery["blocked"]?.elements ?? []).map { blocked in
            "partition \(blocked.text("partition")) is blocked: \(blocked.text("why"))"
                + (blocked["until"]?.text.map { ", until \($0)" } ?? "")
        }
        return lines.map { Table.printable($0) + "\n" }.joined()
    }

    /// The lines on a webhook, with its secret where the ledger tells it.
    static func webhook(_ webhook: JSONValue) -> String {
        var lines = ["webhook \(webhook.text("url")): \(webhook.text("state"))"]
        if let secret = webhook["secret"]?.text { lines.append(Self.secret(secret)) }
        return lines.map { Table.printable($0) + "\n" }.joined()
    }

    /// The line on a webhook's secret.
    static func secret(_ secret: String) -> String {
        "secret \(secret), which is never shown again"
    }
}

/// The table of parked events.
struct ParkedTable {
    private var table = Table(
        "PARTITION",
        "OFFSET",
        "KEY",
        "TYPE",
        "STATE",
        "TIMES",
        "DELIVERIES",
        "PARKED",
        "CAUSE",
        "REASON"
    )

    var text: String { table.text }

    /// Adds an event, with what is known of the last time it was parked.
    mutating func add(_ parked: JSONValue) {
        let last = Self.last(of: parked)
        table.add(
            parked.text("partition"),
            parked.text("offset"),
            parked.text("key"),
            parked.text("type"),
            parked.text("state"),
            parked.text("times"),
            last.text("deliveries"),
            last.text("parked_at"),
            last.text("cause"),
            last.text("reason")
        )
    }

    /// The newest entry of its history, whose times are all written the same way.
    private static func last(of parked: JSONValue) -> JSONValue {
        let history = parked["history"]?.elements ?? []
        return history.max { $0.text("parked_at") < $1.text("parked_at") } ?? .null
    }

    /// The table of a parked event's history.
    static func history(of parked: JSONValue) -> String {
        var table = Table(
            "PARKED",
            "CAUSE",
            "DELIVERIES",
            "FIRST",
            "LAST",
            "CONSUMER",
            "REASON"
        )
        for entry in parked["history"]?.elements ?? [] {
            table.add(
                entry.text("parked_at"),
                entry.text("cause"),
                entry.text("deliveries"),
                entry.text("first_delivery"),
                entry.text("last_delivery"),
                entry.text("consumer"),
                entry.text("reason")
            )
        }
        return table.text
    }
}
