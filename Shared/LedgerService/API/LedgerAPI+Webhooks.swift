import LedgerCore
import RawJSON

/// What an operator does to a webhook.
extension LedgerAPI {
    static func verifyWebhook(_ call: Call) async throws(LedgerError) -> APIResponse {
        try call.refuseContent()
        let found = try await call.ledger.webhooks.verify(call.subscription, of: call.stream)
        return .json { writer in
            writer.beginObject()
            writer.members(of: found.health)
            if let problem = found.problem {
                writer.key("reason")
                writer.string(problem)
            }
            writer.endObject()
        }
    }

    static func rotateWebhookSecret(_ call: Call) async throws(LedgerError) -> APIResponse {
        try call.refuseContent()
        let secret = try await call.ledger.webhooks.rotate(call.subscription, of: call.stream)
        return .json { writer in
            writer.beginObject()
            writer.key("secret")
            writer.string(secret.text)
            writer.endObject()
        }
    }

    static func resumeWebhook(_ call: Call) async throws(LedgerError) -> APIResponse {
        try call.refuseContent()
        let health = try await call.ledger.webhooks.resume(call.subscription, of: call.stream)
        return .json { writer in
            writer.beginObject()
            writer.members(of: health)
            writer.endObject()
        }
    }
}
