import LedgerTesting
import Testing

/// API keys, as every ledger that has them must hold them.
extension APISuite {
    static let apiKeyChecks = [
        APICheck(
            "A key works until it is revoked, and is never shown again",
            needs: .keys,
            run: life
        ),
        APICheck(
            "Without a valid key nothing but the description is to be had",
            needs: .keys,
            run: nobody
        ),
        APICheck(
            "A key does what its scopes say, and what it misses is named",
            needs: .keys,
            run: scopes
        ),
        APICheck(
            "A key that may consume may look after parked events, and is named with them",
            needs: .keys,
            run: parkedByKeys
        ),
        APICheck("A missing scope tells nothing about what exists", needs: .keys, run: secrecy),
        APICheck(
            "A list holds the streams that the key covers, page by page",
            needs: .keys,
            run: listing
        ),
        APICheck("Only operators see and make keys", needs: .keys, run: operators),
        APICheck("What is wrong about a new key is named", needs: .keys, run: fields),
    ]

    private static let event = JSONBody.event()
    /// Far enough for every clock.
    private static let end = "\"expires_at\":\"2999-01-01T00:00:00Z\""

    /// The body that makes a key with these actions, a list, on these streams.
    private static func creation(_ actions: String, on streams: String) -> String {
        let list = actions.split(separator: ",").map { "\"\($0)\"" }.joined(separator: ",")
        let scope = "{\"actions\":[\(list)],\"streams\":\"\(streams)\"}"
        return "{\"name\":\"check\",\"scopes\":[\(scope)],\(end)}"
    }

    private static func makeKey(
        for actions: String,
        on streams: String,
        through api: SuiteClient
    ) async throws -> (id: String, key: String) {
        let answer = try await api.call(
            "POST",
            at: "/keys",
            sending: creation(actions, on: streams)
        )
        #expect(answer.status == 201, "\(answer)")
        return (
            try #require(answer.json["key_id"] as? String),
            try #require(answer.json["key"] as? String)
        )
    }

    private static func revoke(_ id: String, through api: SuiteClient) async throws {
        #expect(try await api.call("DELETE", at: "/keys/\(id)").status == 200)
    }

    /// The ids of all keys.
    private static func listedKeys(_ api: SuiteClient) async throws -> Set<String> {
        var ids: Set<String> = []
        var next = ""
        repeat {
            let answer = try await api.call("GET", at: "/keys?limit=7\(next)")
            #expect(!answer.text.contains("elk_"))
            let keys = answer.json["keys"] as? [[String: Any]] ?? []
            ids.formUnion(keys.compactMap { $0["key_id"] as? String })
            next = (answer.json["next"] as? String).map { "&next=\($0)" } ?? ""
        } while !next.isEmpty
        return ids
    }

    private static func life(_ api: SuiteClient) async throws {
        let s = try await api.stream()
        let made = try await makeKey(for: "admin", on: s, through: api)
        let holder = api.with(key: made.key)
        #expect(try await holder.call("GET", at: "/streams/\(s)").status == 200)
        #expect(try await listedKeys(api).contains(made.id))
        try await revoke(made.id, through: api)
        try await Patience(.seconds(90)).wait(for: "the revoked key to be refused") {
            try await holder.call("GET", at: "/streams/\(s)").error == "unauthorized"
        }
        #expect(try await !listedKeys(api).contains(made.id))
        #expect(try await api.call("DELETE", at: "/keys/\(made.id)").error == "api_key_not_found")
        #expect(try await api.call("DELETE", at: "/keys/none").error == "api_key_not_found")
    }

    private static func nobody(_ api: SuiteClient) async throws {
        let s = try await api.stream()
        let made = try await makeKey(for: "admin", on: "*", through: api)
        let last = made.key.hasSuffix("A") ? "E" : "A"
        let wrong = [
            nil, "", "x", "elk_", made.id, made.key + "A", "\(made.key.dropLast())\(last)",
            "elk_0000000000000000_" + made.key.suffix(43),
        ]
        for key in wrong {
            for target in ["/streams", "/streams/\(s)", "/streams/none", "/keys"] {
                let answer = try await api.with(key: key).call("GET", at: target)
                #expect(answer.error == "unauthorized", "\(key ?? "nothing"): \(answer)")
            }
            let publish = try await api.with(key: key).call(
                "POST",
                at: "/streams/\(s)/events",
                sending: event
            )
            #expect(publish.error == "unauthorized")
        }
        for value in [made.key, "Basic \(made.key)", "Bearer"] {
            let header = [(name: "authorization", value: value)]
            let answer = try await api.with(key: nil).call("GET", at: "/streams", headers: header)
            #expect(answer.error == "unauthorized")
        }
        for target in ["/health", "/openapi.json"] {
            #expect(try await api.with(key: "x").call("GET", at: target).status == 200)
        }
        try await revoke(made.id, through: api)
    }

    private static func scopes(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        let made = try await makeKey(for: "publish", on: s, through: api)
        let publisher = api.with(key: made.key)
        try await publisher.publish(to: s, key: "k")
        #expect(try await publisher.call("GET", at: "/streams/\(s)").status == 200)
        let read = try await publisher.call("GET", at: "/streams/\(s)/events")
        #expect(read.status == 403)
        #expect(read.details["missing_scope"] as? String == "consume:\(s)")
        #expect((read.json["message"] as? String ?? "").contains("consume:\(s)"))
        let delete = try await publisher.call("DELETE", at: "/streams/\(s)")
        #expect(delete.details["missing_scope"] as? String == "admin:\(s)")
        let other = JSONBody.stream(api.newName())
        #expect(try await publisher.call("POST", at: "/streams", sending: other).status == 403)
        try await revoke(made.id, through: api)
    }

    private static func parkedByKeys(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a"], through: api)
        let publisher = try await makeKey(for: "publish", on: s, through: api)
        let made = try await makeKey(for: "consume", on: s, through: api)
        let parked = "/streams/\(s)/subscriptions/u/parked"
        let replay = "{\"all\":true}"
        for (method, rest) in [("GET", ""), ("POST", "/replay"), ("DELETE", "/0/0")] {
            let body = method == "POST" ? replay : ""
            let answer = try await api.with(key: publisher.key)
                .call(method, at: parked + rest, sending: body)
            #expect(answer.details["missing_scope"] as? String == "consume:\(s)", "\(answer)")
        }
        let holder = api.with(key: made.key)
        var consumer = SuiteConsumer(in: s, through: holder)
        try await consumer.receive()
        #expect(try await consumer.settle("\"reject\":\(JSONBody.places([0]))").status == 200)
        let again = try await holder.call("POST", at: parked + "/replay", sending: replay)
        #expect(again.json["replayed"] as? Int == 1, "\(again)")
        let event = try await holder.call("GET", at: parked + "/0/0")
        let history = event.json["history"] as? [[String: Any]] ?? []
        #expect(history.first?["replayed_by"] as? String == made.id, "\(event)")
        try await consumer.receive()
        try await consumer.finish(1)
        for key in [publisher, made] { try await revoke(key.id, through: api) }
    }

    private static func secrecy(_ api: SuiteClient) async throws {
        let (mine, foreign, missing) = (
            try await api.stream(), try await api.stream(), api.newName()
        )
        let made = try await makeKey(for: "admin,publish,consume", on: mine, through: api)
        let calls = [
            ("GET", ""), ("DELETE", ""), ("GET", "/events"), ("POST", "/events"),
            ("GET", "/subscriptions/u"), ("GET", "/compacted/k"), ("POST", "/compact"),
            ("POST", "/subscriptions/u/receive"), ("GET", "/subscriptions/u/parked"),
        ]
        for (method, rest) in calls {
            var texts: Set<String> = []
            for name in [foreign, missing] {
                let answer = try await api.with(key: made.key).call(
                    method,
                    at: "/streams/\(name)\(rest)"
                )
                #expect(answer.status == 403, "\(method) \(rest): \(answer)")
                texts.insert(answer.text.replacing(name, with: "NAME"))
            }
            #expect(texts.count == 1)
        }
        for name in [foreign, missing] {
            let answer = try await api.with(key: made.key).call(
                "POST",
                at: "/streams",
                sending: JSONBody.stream(name)
            )
            #expect(answer.status == 403, "\(answer)")
        }
        try await revoke(made.id, through: api)
    }

    private static func listing(_ api: SuiteClient) async throws {
        let prefix = api.newName() + "-"
        let names = (0..<5).map { "\(prefix)\($0)" }
        for name in names { try await api.create(name) }
        _ = try await api.stream()
        let made = try await makeKey(for: "consume", on: prefix + "*", through: api)
        var listed: [String] = []
        var next: String?
        repeat {
            let query = "?limit=2" + (next.map { "&next=\($0)" } ?? "")
            let answer = try await api.with(key: made.key).call("GET", at: "/streams\(query)")
            let page = answer.json["streams"] as? [[String: Any]] ?? []
            listed += page.compactMap { $0["stream_id"] as? String }
            next = answer.json["next"] as? String
        } while next != nil
        #expect(listed == names)
        try await revoke(made.id, through: api)
    }

    private static func operators(_ api: SuiteClient) async throws {
        for (actions, streams) in [("admin", "a*"), ("publish,consume", "*")] {
            let made = try await makeKey(for: actions, on: streams, through: api)
            let holder = api.with(key: made.key)
            let answers = [
                try await holder.call("GET", at: "/keys"),
                try await holder.call("POST", at: "/keys", sending: creation("admin", on: "*")),
                try await holder.call("DELETE", at: "/keys/\(made.id)"),
            ]
            for answer in answers {
                #expect(answer.details["missing_scope"] as? String == "admin:*", "\(answer)")
            }
            try await revoke(made.id, through: api)
        }
        let made = try await makeKey(for: "admin", on: "*", through: api)
        #expect(try await api.with(key: made.key).call("GET", at: "/keys").status == 200)
        try await revoke(made.id, through: api)
    }

    private static func fields(_ api: SuiteClient) async throws {
        let scope = "{\"actions\":[\"admin\"],\"streams\":\"*\"}"
        let many = Array(repeating: scope, count: 33).joined(separator: ",")
        let cases = [
            ("{\"scopes\":[\(scope)]}", "name"),
            ("{\"name\":\"\",\"scopes\":[\(scope)]}", "name"),
            ("{\"name\":\"a\\nb\",\"scopes\":[\(scope)]}", "name"),
            ("{\"name\":\"x\"}", "scopes"), ("{\"name\":\"x\",\"scopes\":[]}", "scopes"),
            ("{\"name\":\"x\",\"scopes\":[\(many)]}", "scopes"),
            ("{\"name\":\"x\",\"scopes\":[{\"streams\":\"*\"}]}", "scopes[0].actions"),
            ("{\"name\":\"x\",\"scopes\":[{\"actions\":[\"admin\"]}]}", "scopes[0].streams"),
            (
                "{\"name\":\"x\",\"scopes\":[\(scope),{\"actions\":[\"root\"],\"streams\":\"*\"}]}",
                "scopes[1].actions[0]"
            ),
            (
                "{\"name\":\"x\",\"scopes\":[{\"actions\":[\"admin\"],\"streams\":\"a*b\"}]}",
                "scopes[0].streams"
            ),
            (
                "{\"name\":\"x\",\"scopes\":[\(scope)],\"expires_at\":\"2001-01-01T00:00:00Z\"}",
                "expires_at"
            ),
            ("{\"name\":\"x\",\"scopes\":[\(scope)],\"expires_at\":\"soon\"}", "expires_at"),
        ]
        for (body, field) in cases {
            let answer = try await api.call("POST", at: "/keys", sending: body)
            #expect(answer.error == "validation_error", "\(body): \(answer)")
            #expect(answer.details["field"] as? String == field, "\(body): \(answer)")
        }
    }
}
