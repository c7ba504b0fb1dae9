import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

/// Calls that wait for events of a delivery: what wakes them, and what they cost meanwhile.
@Suite("Waiting for deliveries")
struct DeliveryWaitingTests {
    /// A stage with a stream of so many partitions, events of these keys and the subscription `u`.
    private static func stage(
        keys: [String],
        partitions: Int = 1,
        settings: String = ""
    ) async -> WaitingStage {
        let stage = WaitingStage(alone: true)
        await stage.api.create("s", with: ",\"partition_count\":\(partitions)")
        if !keys.isEmpty { await stage.api.publish(keys: keys, to: "s") }
        await stage.api.deliver("s", settings: settings)
        return stage
    }

    /// A receive that waits for the longest time.
    private static func receive(_ api: API) async -> Answer {
        await api.call("POST", at: "\(path)/receive", sending: "{\"wait\":20}")
    }

    private static let path = "/streams/s/subscriptions/u"

    /// Lets one call wait while `body` runs; returns its answer.
    private static func waiting(
        on stage: WaitingStage,
        while body: () async throws -> Void
    ) async throws -> Answer {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            try await stage.wait(for: 1, asleep: 1, in: &group) { api, _ in await receive(api) }
            try await body()
            return try #require(try await group.next())
        }
    }

    @Test("An append wakes who waits, in whatever partition it is", arguments: [1, 3, 20])
    func append(_ partitions: Int) async throws {
        let stage = await Self.stage(keys: [], partitions: partitions)
        let answer = try await Self.waiting(on: stage) {
            await stage.api.publish(to: "s", key: "k")
        }
        #expect(answer.keys == ["k"] && stage.clock.uptime() == .zero)
    }

    @Test("What another consumer acknowledges is noticed within a second")
    func acknowledgement() async throws {
        let stage = await Self.stage(keys: ["a", "a"])
        var holder = SuiteConsumer(in: "s", through: stage.api)
        await holder.receive(limit: 1)
        let answer = try await Self.waiting(on: stage) {
            await holder.finish(1)
            stage.clock.advance(by: .seconds(1))
        }
        #expect(answer.offsets == [1] && answer.deliveries == [1], "\(answer)")
    }

    @Test("An event that rests comes as soon as its time is over")
    func rest() async throws {
        let stage = await Self.stage(keys: ["a"])
        var holder = SuiteConsumer(in: "s", through: stage.api)
        await holder.receive()
        await holder.settle("\"nack\":[{\"partition\":0,\"offset\":0,\"delay\":0.25}]")
        let answer = try await Self.waiting(on: stage) {
            stage.clock.advance(by: .milliseconds(250))
        }
        #expect(answer.deliveries == [2] && stage.clock.uptime() == .milliseconds(250))
    }

    @Test("The events of a consumer that is gone come when its time is over")
    func timeout() async throws {
        let stage = await Self.stage(keys: ["a"], settings: ",\"ack_wait\":5")
        var gone = SuiteConsumer(in: "s", through: stage.api)
        await gone.receive()
        let answer = try await Self.waiting(on: stage) {
            for second in 1...5 {
                stage.clock.advance(by: .seconds(1))
                if second < 5 { try await stage.sleepers(1) }
            }
        }
        #expect(answer.deliveries == [2], "\(answer)")
    }

    @Test("A call that gets nothing ends at its time, after a few reads a second")
    func end() async throws {
        let stage = await Self.stage(keys: ["a"])
        var holder = SuiteConsumer(in: "s", through: stage.api)
        await holder.receive()
        let calls = stage.table.calls
        let answer = try await Self.waiting(on: stage) {
            for second in 1...20 {
                stage.clock.advance(by: .seconds(1))
                if second < 20 { try await stage.sleepers(1) }
            }
        }
        #expect(answer.events.isEmpty && answer.caughtUp, "\(answer)")
        #expect(stage.clock.uptime() == .seconds(20))
        // The stream, the subscription, its rows, and the log.
        #expect(stage.table.calls - calls <= 21 * 6, "\(stage.table.calls - calls) calls")
    }

    @Test("Where nothing is open, waiting costs nothing")
    func idle() async throws {
        let stage = await Self.stage(keys: [])
        let answer = try await Self.waiting(on: stage) {
            let calls = stage.table.calls
            for _ in 0..<19 { stage.clock.advance(by: .seconds(1)) }
            #expect(stage.table.calls == calls)
            stage.clock.advance(by: .seconds(1))
        }
        #expect(answer.events.isEmpty && answer.caughtUp)
    }

    @Test("Where nothing new is handed out, an append wakes nobody")
    func blocked() async throws {
        let keys = (0..<12).map { "k\($0)" }
        let stage = await Self.stage(keys: keys, settings: ",\"max_open\":10")
        var holder = SuiteConsumer(in: "s", through: stage.api)
        #expect(await holder.receive().events.count == 10)
        let answer = try await Self.waiting(on: stage) {
            let calls = stage.table.calls
            await stage.api.publish(to: "s", key: "more")
            for _ in 0..<1_000 { await Task.yield() }
            #expect(stage.clock.sleeperCount == 1)
            #expect(stage.table.calls - calls <= 10, "\(stage.table.calls - calls) calls")
            await holder.finish(10)
            stage.clock.advance(by: .seconds(1))
        }
        #expect(answer.offsets == [10, 11, 12], "\(answer)")
    }

    @Test("Who waits is answered when the process stops, and when the subscription goes")
    func stop() async throws {
        let stage = await Self.stage(keys: [])
        let deleted = try await Self.waiting(on: stage) {
            await stage.api.call("DELETE", at: Self.path)
        }
        #expect(deleted.error == "subscription_not_found", "\(deleted)")
        await stage.api.deliver("s")
        let ended = try await Self.waiting(on: stage) { stage.api.ledger.endWaiting() }
        #expect(ended.status == 200 && ended.events.isEmpty, "\(ended)")
    }

    @Test("Who waits is told when the subscription has cursors from now on")
    func otherMode() async throws {
        let stage = await Self.stage(keys: [])
        let answer = try await Self.waiting(on: stage) {
            let body = "{\"delivery\":{\"mode\":\"cursor\"}}"
            await stage.api.call("PATCH", at: Self.path, sending: body)
        }
        #expect(answer.error == "wrong_delivery_mode", "\(answer)")
    }
}
