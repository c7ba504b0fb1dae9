import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

/// What keys cost the table, and what one client can take from the others.
@Suite("Load by keys")
struct KeyLoadTests {
    @Test("A known key is read once a minute, an unknown one once in five seconds")
    func reads() async throws {
        let reads = CallCounter { $0.kind == .get && $0.groups == [.apiKeys] }
        let api = API(table: reads.watching(MemoryTable()), keys: TestKeys.policy())
        let made = try await api.makeKey("admin:*")
        let unknown = Self.garbage(1)
        let before = reads.count
        for _ in 0..<100 {
            #expect(await api.with(made.key).call("GET", at: "/streams").status == 200)
            #expect(await api.with(unknown).call("GET", at: "/streams").status == 401)
        }
        #expect(reads.count == before + 2)
        api.clock.advance(by: .seconds(5))
        #expect(await api.with(made.key).call("GET", at: "/streams").status == 200)
        #expect(await api.with(unknown).call("GET", at: "/streams").status == 401)
        #expect(reads.count == before + 3)
        api.clock.advance(by: .seconds(55))
        #expect(await api.with(made.key).call("GET", at: "/streams").status == 200)
        #expect(reads.count == before + 4)
    }

    @Test("The operator's key is never read")
    func root() async throws {
        let reads = CallCounter { $0.kind == .get && $0.groups == [.apiKeys] }
        let api = API(table: reads.watching(MemoryTable()), keys: TestKeys.policy())
        for _ in 0..<10 { #expect(await api.call("GET", at: "/streams").status == 200) }
        #expect(reads.count == 0)
    }

    @Test("Keys that are none reach the table at a bounded rate, and keep nobody out")
    func flood() async throws {
        let reads = CallCounter { $0.kind == .get && $0.groups == [.apiKeys] }
        let api = API(table: reads.watching(MemoryTable()), keys: TestKeys.policy())
        let made = try await api.makeKey("admin:*")
        #expect(await api.with(made.key).call("GET", at: "/streams").status == 200)
        api.clock.advance(by: .seconds(60))
        let before = reads.count
        var codes: [String: Int] = [:]
        for index in 0..<5_000 {
            let answer = await api.with(Self.garbage(index)).call("GET", at: "/streams")
            codes[answer.error ?? "", default: 0] += 1
        }
        #expect(reads.count == before + Limits.keyLookupsPerSecond)
        #expect(codes["unauthorized"] == Limits.keyLookupsPerSecond)
        #expect(codes["too_many_requests"] == 5_000 - Limits.keyLookupsPerSecond)
        // Whose key was valid lately is looked up all the same; whoever only knows its id is not.
        let forged = String(made.key.dropLast(43)) + Self.garbage(1).suffix(43)
        #expect(await api.with(forged).call("GET", at: "/streams").error == "too_many_requests")
        #expect(await api.with(made.key).call("GET", at: "/streams").status == 200)
        #expect(await api.call("GET", at: "/streams").status == 200)
    }

    @Test("A key that makes too many requests gets 429, and no other key does")
    func limit() async throws {
        let api = try API(keys: TestKeys.policy(requestsPerSecond: 10))
        let greedy = api.with(try await api.makeKey("admin:*").key)
        let modest = api.with(try await api.makeKey("admin:*").key)
        for _ in 0..<10 { #expect(await greedy.call("GET", at: "/streams").status == 200) }
        let refused = await greedy.call("GET", at: "/streams")
        #expect(refused.error == "too_many_requests" && refused.header("retry-after") == "1")
        #expect(await modest.call("GET", at: "/streams").status == 200)
        #expect(await api.call("GET", at: "/streams").status == 200)
        api.clock.advance(by: .milliseconds(99))
        #expect(await greedy.call("GET", at: "/streams").status == 429)
        api.clock.advance(by: .milliseconds(1))
        #expect(await greedy.call("GET", at: "/streams").status == 200)
        #expect(await greedy.call("GET", at: "/streams").status == 429)
        // A pause saves no more than a second's requests, and a fresh look at the key gives none.
        api.clock.advance(by: .seconds(120))
        for _ in 0..<10 { #expect(await greedy.call("GET", at: "/streams").status == 200) }
        #expect(await greedy.call("GET", at: "/streams").status == 429)
    }

    /// A well-formed key that nobody made.
    private static func garbage(_ index: Int) -> String {
        var random = SeededGenerator(seed: UInt64(1_000 + index))
        return APIKey.random(using: &random).text
    }
}
