import Foundation
import LedgerTesting
import Testing

/// A client of 0.1.0 that goes on with a newer release notices nothing.
struct AnswerTests {
    @Test("What 0.1.0 answered is answered still")
    func answers() async throws {
        let old = try OldLedger()
        for recorded in old.recording.answers {
            let answer = await old.process.call("GET", at: recorded.target)
            #expect(answer.status == 200, "\(recorded.target): \(answer.text)")
            // Events to the byte, whatever stands beside them; all else member by member.
            if let end = recorded.body.range(of: "],\"", options: .backwards),
                recorded.body.hasPrefix("{\"events\":[")
            {
                let events = recorded.body[..<end.lowerBound]
                #expect(answer.text.hasPrefix(events), "\(recorded.target): \(answer.text)")
            }
            let fault = Self.difference(try Self.json(recorded.body), try Self.json(answer.text))
            #expect(fault == nil, "\(recorded.target): \(fault ?? "")")
        }
    }

    @Test("Cursors of 0.1.0 continue and commit; one from before a seek is superseded")
    func cursors() async throws {
        let old = try OldLedger()
        let path = "/streams/orders/subscriptions"
        for (name, cursor) in old.recording.cursors where name != "old" {
            let page = await old.process.call("GET", at: "\(path)/\(name)/poll?cursor=\(cursor)")
            #expect(page.status == 200, "\(page.text)")
            let body = JSONBody.commit(cursor)
            let commit = await old.process.call("POST", at: "\(path)/\(name)/commit", sending: body)
            #expect(commit.status == 200, "\(commit.text)")
        }
        let cursor = try #require(old.recording.cursors["old"])
        let late = await old.process.call("GET", at: "\(path)/at-offsets/poll?cursor=\(cursor)")
        #expect(late.status == 409 && late.text.contains("cursor_superseded"), "\(late.text)")
    }

    @Test("A publish that 0.1.0 stored under an Idempotency-Key is not stored again")
    func repeatedPublish() async throws {
        let old = try OldLedger()
        let publish = old.recording.repeatedPublish
        let target = "/streams/\(publish.stream)/events"
        func call(_ body: String) async -> Answer {
            let key = publish.key
            return await old.process.call("POST", at: target, sending: body, idempotencyKey: key)
        }
        let before = await old.process.call("GET", at: "/streams/\(publish.stream)")
        let again = await call(publish.body)
        #expect(again.status == 200, "\(again.text)")
        let after = await old.process.call("GET", at: "/streams/\(publish.stream)")
        #expect(before.text == after.text)
        let other = await call(publish.body + " ")
        #expect(other.status == 422, "\(other.text)")
    }

    @Test("Each route, and each mistake that 0.1.0 knew, is answered as it was, with more at most")
    func calls() async throws {
        let process = TestLedger(MemoryTable())
        var cursor = ""
        for call in try Recording.calls() {
            func filled(_ text: String) -> String {
                text.replacingOccurrences(of: "{cursor}", with: cursor)
            }
            let answer = await process.call(
                call.method,
                at: filled(call.target),
                sending: filled(call.body ?? ""),
                idempotencyKey: call.idempotencyKey,
                headers: call.contentType.map { [(name: "content-type", value: $0)] } ?? []
            )
            let name = "\(call.method) \(call.target) \(call.body ?? "")"
            #expect(answer.status == call.status, "\(name): \(answer.text)")
            let found = try Self.json(answer.text)
            let fault = Self.difference(try Self.json(call.answer), found)
            #expect(fault == nil, "\(name): \(fault ?? "")")
            if answer.status == 200, let next = (found as? [String: Any])?["cursor"] as? String {
                cursor = next
            }
        }
    }

    /// One event holds half of a surrogate pair, which the ledger keeps and Foundation refuses.
    private static func json(_ text: String) throws -> Any {
        let text = text.replacingOccurrences(of: "\\ud83d", with: "half")
        return try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    }

    /// Where `new` lacks or changes something of `old`; members that are new don't count.
    private static func difference(_ old: Any, _ new: Any, at path: String = "") -> String? {
        switch (old, new) {
        case (let old as [String: Any], let new as [String: Any]):
            // How much remains is a guess, from what the process read before; a cursor may say in
            // another way where it stands; and an error's message is for people.
            for (name, value) in old where !["remaining", "cursor", "message"].contains(name) {
                guard let other = new[name] else { return "\(path).\(name) is missing" }
                // What was refused for being too much may be taken since.
                if name == "limit", let least = value as? Int, let limit = other as? Int {
                    guard limit >= least else { return "\(path).limit is \(limit), was \(least)" }
                    continue
                }
                if let fault = difference(value, other, at: "\(path).\(name)") { return fault }
            }
            return nil
        case (let old as [Any], let new as [Any]):
            guard old.count == new.count else { return "\(path) has \(new.count) elements" }
            for (index, pair) in zip(old, new).enumerated() {
                if let fault = difference(pair.0, pair.1, at: "\(path)[\(index)]") { return fault }
            }
            return nil
        case (let old as NSObject, let new as NSObject):
            return old == new ? nil : "\(path) is \(new), was \(old)"
        default: return "\(path) changed its kind"
        }
    }
}
