import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Synchronization
import Testing

/// A ledger with an endpoint in the same process, on a clock that the test moves.
struct HookStage {
    static let url = "https://example.com/hook"
    static let path = "/streams/s/subscriptions/u"

    let table: FaultyTable
    let clock = ManualClock(isImpatient: false)
    let endpoint = ScriptedEndpoint()
    let api: API

    init(_ engine: Engine = .memory, keys: KeyPolicy = .off) throws {
        table = FaultyTable(try engine.makeTable())
        api = Self.process(on: table, clock, endpoint, seed: 1, keys: keys)
    }

    private static func process(
        on table: any Table,
        _ clock: ManualClock,
        _ endpoint: ScriptedEndpoint,
        seed: UInt64,
        keys: KeyPolicy
    ) -> API {
        var configuration = Ledger.Configuration()
        configuration.webhookSender = endpoint
        return API(table: table, seed: seed, clock: clock, keys: keys, configuration: configuration)
    }

    /// Another process on the same table, with the same endpoint.
    func another() -> API {
        Self.process(on: table, clock, endpoint, seed: 2, keys: api.keys)
    }

    // MARK: The webhook

    /// Creates the stream `s` and its subscription `u` with a webhook; returns the secret.
    ///
    /// `members` go into the webhook and `settings` into the delivery, each behind a comma.
    @discardableResult
    func create(
        partitions: Int = 1,
        with members: String = "",
        delivery settings: String = "",
        isVerified: Bool = true
    ) async throws -> WebhookSecret {
        await api.create("s", with: ",\"partition_count\":\(partitions)")
        let answer = await subscribe(as: "u", with: members, delivery: settings)
        #expect(answer.status == 201, "\(answer)")
        if isVerified { #expect(await call("verify").json["state"] as? String == "active") }
        let webhook = try #require(answer.json["webhook"] as? [String: Any])
        return try #require(WebhookSecret(webhook["secret"] as? String ?? ""))
    }

    /// Creates a subscription with a webhook, whatever comes of it.
    func subscribe(
        as name: String,
        to url: String = url,
        with members: String = "",
        delivery settings: String = ""
    ) async -> Answer {
        let delivery = settings.isEmpty ? "" : ",\"delivery\":{\(settings.dropFirst())}"
        let body = """
            {"subscription_id":"\(name)","start_from":"earliest",\
            "webhook":{"url":"\(url)"\(members)}\(delivery)}
            """
        return await api.call("POST", at: "/streams/s/subscriptions", sending: body)
    }

    /// Verifies, rotates or resumes.
    func call(_ name: String) async -> Answer {
        await api.call("POST", at: "\(Self.path)/webhook/\(name)")
    }

    /// The description's `webhook`, or an empty object.
    func webhook() async -> [String: Any] {
        await api.describe("s")["webhook"] as? [String: Any] ?? [:]
    }

    func state() async -> String? { await webhook()["state"] as? String }

    // MARK: Sending

    /// Publishes an event of each key.
    func publish(_ keys: String...) async { await api.publish(keys: keys, to: "s") }

    /// Sends what is due; true if work was left.
    ///
    /// The clock moves for the pauses before tries that another process made necessary.
    @discardableResult
    func push(by process: API? = nil, within budget: Duration = .seconds(600)) async -> Bool {
        let run = Task { await (process ?? api).ledger.webhooks.runDue(of: nil, within: budget) }
        let isOver = Atomic(false)
        async let left = {
            let left = await run.value
            isOver.store(true, ordering: .sequentiallyConsistent)
            return left
        }()
        while !isOver.load(ordering: .sequentiallyConsistent) {
            clock.advanceToNext(within: .seconds(1))
            await Task.yield()
        }
        return await left
    }

    /// The offsets of partition 0 that the endpoint was sent, in order, since it was asked last.
    func sent() -> [Int] {
        defer { endpoint.forget() }
        return endpoint.events.map(\.place.offset)
    }

    /// Waits until so many requests are held at once.
    func held(_ count: Int) async throws {
        try await Patience().wait(for: "\(count) requests under way") {
            endpoint.held.count == count
        }
    }

    /// Waits until so many events wait for their next try.
    func waiting(_ count: Int) async throws {
        let patience = Patience()
        while await open(of: "waiting") != count {
            try patience.check("\(count) that wait")
            await Task.yield()
        }
    }

    /// Waits until so many tasks sleep.
    func asleep(_ count: Int) async throws {
        try await Patience().wait(for: "\(count) asleep") { clock.sleeperCount == count }
    }

    /// The parked events' offsets, with the reasons.
    func parked() async -> [String] {
        let answer = await api.call("GET", at: "\(Self.path)/parked")
        let events = answer.json["parked"] as? [[String: Any]] ?? []
        return events.map { event in
            let history = event["history"] as? [[String: Any]] ?? []
            let reason = history.first?["reason"] as? String ?? ""
            return "\(event["offset"] as? Int ?? -1) \(reason)"
        }
    }

    /// True when every event is finished.
    func isDone() async -> Bool {
        await api.describe("s")["lag"] as? Int == 0
    }
}
