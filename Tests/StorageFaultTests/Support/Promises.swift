import APISuite
import LedgerCore
import LedgerTesting

/// The ledger's promises, held against what its clients were told before.
struct Promises {
    private let clients: Clients
    private let moment: Int
    private let node: TestLedger
    private let table: any Table

    /// - Parameters:
    ///   - clients: The clients of the process before.
    ///   - moment: After so many events of the disk; what clients were told later does not count.
    ///   - node: The process that must keep the promises.
    ///   - table: The table of that process.
    init(to clients: Clients, at moment: Int, node: TestLedger, table: any Table) {
        self.clients = clients
        self.moment = moment
        self.node = node
        self.table = table
    }

    /// Everything that is not as promised.
    func broken() async throws -> [String] {
        guard await node.call("GET", at: "/streams/orders").status == 200 else {
            return known.isEmpty ? [] : ["the stream is gone"]
        }
        let log = await wholeLog()
        var broken = self.broken(log) + (try await brokenChain())
        broken += await brokenRepetitions()
        broken += await brokenState()
        broken += await brokenProgress(log)
        return broken
    }

    private var known: [Clients.Event] {
        clients.events.filter { $0.moment <= moment && $0.fact.stream == "orders" }.map(\.fact)
    }

    private func wholeLog() async -> [Clients.Event] {
        var log: [Clients.Event] = []
        for partition in 0..<2 {
            let target = "/streams/orders/events?partition=\(partition)&from=0&limit=1000"
            log += await node.call("GET", at: target).events.map(Clients.Event.init)
        }
        return log
    }

    private func broken(_ log: [Clients.Event]) -> [String] {
        let found = Set(log)
        var broken = known.filter { !found.contains($0) }.map { "lost: \($0)" }
        for partition in 0..<2 {
            let offsets = log.filter { $0.partition == partition }.map(\.offset)
            if offsets != Array(offsets.indices) { broken.append("offsets \(offsets)") }
        }
        let values = log.compactMap(\.value)
        if Set(values).count != values.count { broken.append("an event is there twice") }
        if !clients.published.isSuperset(of: values) { broken.append("nobody published it") }
        if !clients.refused.isDisjoint(with: values) { broken.append("refused, yet there") }
        return broken
    }

    private func brokenChain() async throws -> [String] {
        guard let id = StreamID("orders"), let item = try await table.get(.stream(id)) else {
            return ["no stream"]
        }
        let stream = try StreamRow(item).incarnation
        var broken: [String] = []
        for partition in try StreamRow(item).partitions {
            var hash = HashChain.start
            let rows = try await table.rows(of: [.log(stream, partition)])
            for row in rows.sorted(by: { $0.key.sortKey.lexicographicallyPrecedes($1.key.sortKey) })
            {
                guard case .chunk(let chunk) = try LogEntry(row) else { continue }
                hash = HashChain.next(previous: hash, batch: chunk.batch)
                if chunk.hash != hash { broken.append("chain at \(chunk.first)") }
            }
        }
        return broken
    }

    private func brokenRepetitions() async -> [String] {
        var broken: [String] = []
        for told in clients.repeatable where told.moment <= moment {
            let target = "/streams/orders/events"
            let fact = told.fact
            let answer = await node.call(
                "POST",
                at: target,
                sending: fact.body,
                idempotencyKey: fact.key
            )
            let offsets = fact.events.map(\.offset)
            if answer.offsets != offsets { broken.append("repeated: \(answer), was \(offsets)") }
        }
        return broken
    }

    /// The compacted state against folding the log.
    private func brokenState() async -> [String] {
        let folded = await node.call("POST", at: "/streams/orders/compact")
        guard folded.status == 200 else { return ["\(folded)"] }
        var expected: [String: String] = [:]
        for event in await wholeLog() { expected[event.key] = event.value }
        let state = await node.call("GET", at: "/streams/orders/compacted?limit=1000")
        var found: [String: String] = [:]
        for event in state.events.map(Clients.Event.init) { found[event.key] = event.value }
        return found == expected ? [] : ["compacted \(found), folded \(expected)"]
    }

    /// The subscription goes on, and publishing does.
    private func brokenProgress(_ log: [Clients.Event]) async -> [String] {
        var broken: [String] = []
        let subscription = "/streams/orders/subscriptions/u"
        let exists = await node.call("GET", at: subscription).status == 200
        let page = await node.call("GET", at: "\(subscription)/poll")
        if exists, page.status != 200 { broken.append("poll: \(page)") }
        let body = JSONBody.event(key: "a")
        let next = await node.call("POST", at: "/streams/orders/events", sending: body)
        if next.status != 200 { broken.append("publish: \(next)") }
        return broken
    }
}

extension Clients.Event {
    /// An event of an answer.
    init(_ json: [String: Any]) {
        self.init(
            stream: json["stream_id"] as? String ?? "",
            partition: json["partition"] as? Int ?? -1,
            offset: json["offset"] as? Int ?? -1,
            key: json["key"] as? String ?? "",
            value: json["data"] as? String
        )
    }
}
