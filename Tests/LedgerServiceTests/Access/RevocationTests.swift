import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

/// When a key begins and ends to count, by the clock that the test moves.
@Suite("Revocation")
struct RevocationTests {
    @Test(
        "A process that knows a revoked key refuses it within 60 seconds",
        arguments: Engine.allCases
    )
    func elsewhere(_ engine: Engine) async throws {
        let api = try API(engine, keys: TestKeys.policy())
        let made = try await api.makeKey("admin:*")
        let here = api.with(made.key)
        let there = api.another().with(made.key)
        #expect(await here.call("GET", at: "/streams").status == 200)
        #expect(await there.call("GET", at: "/streams").status == 200)
        #expect(await api.call("DELETE", at: "/keys/\(made.id)").status == 200)
        #expect(await here.call("GET", at: "/streams").error == "unauthorized")
        api.clock.advance(by: .milliseconds(59_999))
        #expect(await there.call("GET", at: "/streams").status == 200)
        api.clock.advance(by: .milliseconds(1))
        #expect(await there.call("GET", at: "/streams").error == "unauthorized")
    }

    @Test("A frozen process, whose uptime stood still, goes by the wall clock")
    func frozen() async throws {
        let api = try API(keys: TestKeys.policy())
        let made = try await api.makeKey("admin:*")
        let there = api.another().with(made.key)
        #expect(await there.call("GET", at: "/streams").status == 200)
        #expect(await api.call("DELETE", at: "/keys/\(made.id)").status == 200)
        api.clock.jump(by: .seconds(60))
        #expect(await there.call("GET", at: "/streams").error == "unauthorized")
    }

    @Test("A wall clock that is set back does not prolong a key's life")
    func setBack() async throws {
        let api = try API(keys: TestKeys.policy())
        let made = try await api.makeKey("admin:*")
        let there = api.another().with(made.key)
        #expect(await there.call("GET", at: "/streams").status == 200)
        #expect(await api.call("DELETE", at: "/keys/\(made.id)").status == 200)
        api.clock.jump(by: .milliseconds(-1))
        #expect(await there.call("GET", at: "/streams").error == "unauthorized")
    }

    @Test("A poll that waited past its key's end, or a minute past its revocation, gets nothing")
    func waiting() async throws {
        // A wait of 20 seconds ends at once and moves the clock.
        let api = try API(keys: TestKeys.policy())
        await api.create("s", with: ",\"partition_count\":1")
        await api.subscribe(to: "s", as: "u")
        let short = try await api.makeKey("consume:s", expires: "2026-01-01T00:00:15Z")
        #expect(await api.with(short.key).poll("s", as: "u", query: "wait=10").status == 200)
        #expect(
            await api.with(short.key).poll("s", as: "u", query: "wait=10").error == "unauthorized"
        )
        let made = try await api.makeKey("consume:s")
        let there = api.another().with(made.key)
        #expect(await there.poll("s", as: "u", query: "wait=0").status == 200)
        #expect(await api.call("DELETE", at: "/keys/\(made.id)").status == 200)
        api.clock.advance(by: .seconds(50))
        #expect(await there.poll("s", as: "u", query: "wait=20").error == "unauthorized")
    }

    @Test("A key ends at its end, also one that is known")
    func expiry() async throws {
        let api = try API(keys: TestKeys.policy())
        let made = try await api.makeKey("admin:*", expires: "2026-01-01T00:00:10Z")
        let holder = api.with(made.key)
        #expect(await holder.call("GET", at: "/streams").status == 200)
        api.clock.advance(by: .milliseconds(9999))
        #expect(await holder.call("GET", at: "/streams").status == 200)
        api.clock.advance(by: .milliseconds(1))
        let answer = await holder.call("GET", at: "/streams")
        #expect(answer.error == "unauthorized" && answer.text.contains("expired"))
        #expect(await api.call("GET", at: "/keys").text.contains(made.id))
    }

    @Test("A key made in one process works at once in another")
    func fresh() async throws {
        let api = try API(keys: TestKeys.policy())
        let there = api.another()
        let made = try await api.makeKey("publish:orders")
        #expect(await there.with(made.key).call("GET", at: "/streams").status == 200)
    }

    @Test("A ledger without keys has none to make, list or revoke")
    func disabled() async throws {
        let api = try API()
        for (method, target) in [
            ("GET", "/keys"), ("POST", "/keys"), ("DELETE", "/keys/0000000000000000"),
        ] {
            #expect(await api.call(method, at: target).error == "keys_disabled")
        }
    }
}
