import LedgerCore
import RawJSON

/// `webhook`: where a subscription's events are sent to.
extension JSONReader {
    /// `{"url": "https://…", …}`, of a caller who may have the ledger send something.
    mutating func webhook(
        _ field: String,
        for call: Call
    ) throws(LedgerError) -> WebhookChange {
        try call.caller.require(.action(.admin), on: call.stream)
        var webhook = WebhookChange()
        try object(field) { name, reader throws(LedgerError) in
            let field = "\(field).\(name)"
            switch name {
            case "url": webhook.url = try reader.webhookURL(field)
            case "concurrency":
                webhook.concurrency = try reader.integer(field, within: Limits.webhookConcurrency)
            case "timeout":
                webhook.timeout = try reader.wholeSeconds(field, within: Limits.webhookTimeout)
            case "disable_after_hours":
                let hours = try reader.integer(field, within: Limits.webhookDisableHours)
                webhook.disableAfterHours = hours
            default: return false
            }
            return true
        }
        guard webhook != WebhookChange() else {
            throw .invalid(field: field, message: "has no url, nor anything to change")
        }
        return webhook
    }

    /// The same, or null where events are to be sent nowhere.
    mutating func webhookOrNull(
        _ field: String,
        for call: Call
    ) throws(LedgerError) -> WebhookChange? {
        guard try nextKind() == .null else { return try webhook(field, for: call) }
        try call.caller.require(.action(.admin), on: call.stream)
        try read { reader throws(JSONError) in try reader.null() }
        return nil
    }

    private mutating func webhookURL(_ field: String) throws(LedgerError) -> WebhookURL {
        let text = try text(field)
        do throws(WebhookURLProblem) {
            return try WebhookURL(text)
        } catch {
            throw .webhookRefused(error)
        }
    }
}

extension JSONWriter {
    /// Writes where a subscription's events are sent to, and the health of that endpoint where it is
    /// known.
    mutating func write(
        _ webhook: WebhookSettings,
        health: WebhookHealth? = nil,
        showsSecret: Bool = false
    ) {
        beginObject()
        key("url")
        string(webhook.url.text)
        key("concurrency")
        integer(webhook.concurrency)
        key("timeout")
        integer(webhook.timeout.wholeSeconds)
        key("disable_after_hours")
        integer(webhook.disableAfterHours)
        if let health {
            members(of: health)
            key("since")
            string(RFC3339.text(health.since))
        }
        if showsSecret {
            key("secret")
            string(webhook.secrets.current.text)
        }
        endObject()
    }

    /// Writes the state of an endpoint.
    mutating func members(of health: WebhookHealth) {
        key("state")
        string(health.kind.rawValue)
    }
}
