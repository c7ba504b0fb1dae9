import LedgerTesting
import Synchronization

/// Publishers, and consumers in every mode, that go on over any number of server processes and are
/// killed themselves; it knows what they did and what they were told.
final class DeliveryLoad: Sendable {
    /// The course of a trial.
    enum Season: Sendable {
        /// Everyone is killed now and then, and work fails.
        case storm
        /// Nobody publishes, and only what can't be done fails.
        case calm
        /// Everything can be done.
        case healed
        case over
    }

    private struct State {
        var season = Season.storm
        var publishers = 0
        /// Values whose publish was acknowledged.
        var published: Set<String> = []
        /// Events whose rejection was acknowledged.
        var rejected: Set<History.Event> = []
        var kills = 0
        var violations: [String] = []
    }

    /// The names of the subscriptions: one by cursor, one with members, one by event.
    static let subscriptions = ["cursor", "group", "events"]
    /// Events that are published and not consumed, at most about this many.
    private static let backlog = 300

    /// By subscription.
    let work: [String: WorkRecord] = Dictionary(
        uniqueKeysWithValues: subscriptions.map { ($0, WorkRecord()) }
    )
    private let ports: Ports
    private let state = Mutex(State())

    init(over ports: Ports) { self.ports = ports }

    var season: Season { state.withLock { $0.season } }
    var violations: [String] { state.withLock { $0.violations } }
    var published: Set<String> { state.withLock { $0.published } }
    var rejected: Set<History.Event> { state.withLock { $0.rejected } }
    /// How often a consumer was killed.
    var kills: Int { state.withLock { $0.kills } }
    /// Events that were done, in all subscriptions together.
    var successes: Int { work.values.reduce(0) { $0 + $1.count } }

    func enter(_ season: Season) { state.withLock { $0.season = season } }
    func violate(_ text: String) { state.withLock { $0.violations.append(text) } }
    func notePublished(_ values: [String]) { state.withLock { $0.published.formUnion(values) } }
    func noteRejected(_ events: Set<History.Event>) {
        state.withLock { $0.rejected.formUnion(events) }
    }

    /// Notes that a consumer has done an event of a subscription.
    func finish(_ event: History.Event, of subscription: String) {
        work[subscription]?.finish(event)
    }

    // MARK: Those who take part

    func create() async throws {
        let connection = try await ports.connect(0)
        try await connection.persist(
            "POST",
            at: "/streams",
            body: JSONBody.stream("s"),
            isThere: 409
        )
        let byEvent = """
            {"subscription_id":"events","start_from":"earliest","delivery":\
            {"mode":"events","ack_wait":5,"max_deliveries":3,"backoff":[0,1]}}
            """
        let bodies = [JSONBody.subscription("cursor"), JSONBody.subscription("group"), byEvent]
        for body in bodies {
            try await connection.persist(
                "POST",
                at: "/streams/s/subscriptions",
                body: body,
                isThere: 409
            )
        }
    }

    /// Starts them all; they go on until it is ``Season/over``.
    func start(
        in group: inout ThrowingTaskGroup<Void, any Error>,
        using random: inout SeededGenerator
    ) {
        for number in 0..<2 {
            let publisher = KilledPublisher(number, of: self)
            state.withLock { $0.publishers += 1 }
            group.addTask { [self] in
                await run(publisher, turn: number) { $0 == .storm }
                state.withLock { $0.publishers -= 1 }
            }
        }
        var workers: [any Worker] = [KilledPoller("cursor", of: self, random: random.split())]
        workers += (0..<3).map { number in
            KilledPoller("group", as: "m\(number)", of: self, random: random.split())
        }
        workers += (0..<4).map { number in
            KilledReceiver("r\(number)", of: self, random: random.split())
        }
        for (turn, worker) in workers.enumerated() {
            group.addTask { [self] in await run(worker, turn: turn) { $0 != .over } }
        }
    }

    /// Lets a client work over one server after the other.
    private func run(
        _ worker: any Worker,
        turn: Int,
        while goesOn: (Season) -> Bool
    ) async {
        var (worker, turn) = (worker, turn)
        while goesOn(season) {
            do {
                let connection = try await ports.connect(turn)
                while goesOn(season) { try await worker.step(over: connection) }
            } catch is Killed {
                state.withLock { $0.kills += 1 }
                worker.forget()
            } catch let refusal as APIConnection.Refused where refusal.status < 500 {
                return violate("refused by \(refusal.status): \(refusal.text)")
            } catch {
                // The server is gone or too busy: what it was asked for may have happened or not.
            }
            turn += 1
        }
    }

    /// Returns when there is little enough to consume for more to be published.
    func waitForRoom() async throws {
        try await Patience().wait(for: "consumers that come after their publishers") {
            let done = min(work["cursor"]?.count ?? 0, work["group"]?.count ?? 0)
            return published.count - done < Self.backlog || season != .storm
        }
    }

    // MARK: What is left

    /// True when nobody publishes any more, and no subscription has anything left.
    func isDone() async throws -> Bool {
        guard state.withLock({ $0.publishers }) == 0 else { return false }
        for subscription in Self.subscriptions {
            let state = try await ask("GET", at: "/streams/s/subscriptions/\(subscription)")
            guard state["lag"] as? Int == 0 else { return false }
        }
        return true
    }

    /// The paths of the events that are parked, or on their way again.
    func parkedPaths() async throws -> [String] {
        let path = "/streams/s/subscriptions/events/parked"
        var (paths, next) = ([String](), "")
        repeat {
            let page = try await ask("GET", at: "\(path)?limit=100\(next)")
            paths += (page["parked"] as? [[String: Any]] ?? []).map { row in
                "\(path)/\(row["partition"] as? Int ?? -1)/\(row["offset"] as? Int ?? -1)"
            }
            next = (page["next"] as? String).map { "&next=\($0)" } ?? ""
        } while !next.isEmpty
        return paths
    }

    /// The events that are parked, as their own rows have them.
    func parked() async throws -> Set<History.Event> {
        var parked: Set<History.Event> = []
        for path in try await parkedPaths() { parked.insert(try await parkedEvent(at: path)) }
        return parked
    }

    private func parkedEvent(at target: String) async throws -> History.Event {
        let row = try await ask("GET", at: target)
        let history = row["history"] as? [[String: Any]] ?? []
        let causes = history.compactMap { $0["cause"] as? String }
        if causes.isEmpty || !causes.allSatisfy(["max_deliveries", "rejected"].contains) {
            violate("\(target) says no reason: \(row)")
        }
        return KillLoad.event(row["event"] as? [String: Any] ?? [:])
    }

    /// Has what is parked delivered again, as much as one call does; returns how many are left.
    func replay() async throws -> Int {
        let path = "/streams/s/subscriptions/events/parked/replay"
        return try await ask("POST", at: path, body: "{\"all\":true}")["left"] as? Int ?? -1
    }

    /// All events of all partitions.
    func wholeLog() async throws -> [History.Event] {
        let stream = try await ask("GET", at: "/streams/s")
        var log: [History.Event] = []
        for partition in 0..<(stream["partition_count"] as? Int ?? 0) {
            let target = "/streams/s/events?partition=\(partition)&limit=1000"
            var offset = 0
            while true {
                let page = try await ask("GET", at: "\(target)&from=\(offset)")
                log += KillLoad.events(page)
                offset = page["next_offset"] as? Int ?? 0
                if page["caught_up"] as? Bool == true { break }
            }
        }
        return log
    }

    /// Makes a call that is safe to repeat, whichever server is up.
    private func ask(
        _ method: String,
        at target: String,
        body: String = ""
    ) async throws -> [String: Any] {
        let patience = Patience()
        var turn = 0
        while true {
            do {
                return try await ports.connect(turn).persist(method, at: target, body: body)
            } catch let refusal as APIConnection.Refused {
                throw refusal
            } catch {
                try patience.check("\(method) \(target): \(error)")
                turn += 1
            }
        }
    }
}
