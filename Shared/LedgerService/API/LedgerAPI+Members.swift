import LedgerCore
import RawJSON

extension LedgerAPI {
    static func listMembers(_ call: Call) async throws(LedgerError) -> APIResponse {
        let members = try await call.ledger.subscriptions.members(
            of: call.subscription,
            in: call.stream
        )
        return .json { writer in
            writer.beginObject()
            writer.key("members")
            writer.beginArray()
            for member in members { writer.write(member) }
            writer.endArray()
            writer.endObject()
        }
    }

    static func heartbeat(_ call: Call) async throws(LedgerError) -> APIResponse {
        var session = Limits.defaultSession
        try call.readMembers { field, reader throws(LedgerError) in
            guard field == "session" else { return false }
            session = try MemberRequest.session(try reader.integer(field))
            return true
        }
        let member = try await call.ledger.subscriptions.heartbeat(
            of: MemberRequest(call.member, session: session),
            in: call.subscription,
            of: call.stream
        )
        return .json { writer in
            writer.beginObject()
            writer.key("member")
            writer.write(member)
            writer.endObject()
        }
    }

    static func leave(_ call: Call) async throws(LedgerError) -> APIResponse {
        try await call.ledger.subscriptions.leave(
            call.member,
            in: call.subscription,
            of: call.stream
        )
        return .success
    }
}
