import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A turn at a deletion job")
struct DeletionTurnTests {
    private let stream = Sample.incarnation

    private var job: DeletionJob {
        DeletionJob(
            stream: stream,
            subscription: nil,
            partitionCount: 1,
            deletedAt: Sample.created
        )
    }

    private func chunk(_ offset: Int64, _ partition: Partition = Sample.partition) -> Item {
        Item(.chunk(stream, partition, Offset(unchecked: offset)))
    }

    private func subscription(
        _ number: UInt64,
        webhook: WebhookSettings? = nil
    ) -> SubscriptionRow {
        SubscriptionRow(
            stream: stream,
            id: SubscriptionID("u\(number)").unsafelyUnwrapped,
            incarnation: SubscriptionIncarnation(high: 7, low: number),
            secret: SubscriptionSecret(trusted: [UInt8](repeating: 7, count: 32)),
            startFrom: [],
            webhook: webhook,
            created: Sample.created,
            positions: []
        )
    }

    private func position(_ number: UInt64, _ partition: Int) -> Item {
        Item(
            .position(
                stream: stream,
                subscription: SubscriptionIncarnation(high: 7, low: number),
                Partition(unchecked: partition)
            )
        )
    }

    private func parked(_ number: UInt64, _ partition: Int, at offset: Int64 = 0) -> Item {
        Item(
            .parked(
                stream: stream,
                subscription: SubscriptionIncarnation(high: 7, low: number),
                Partition(unchecked: partition),
                Offset(unchecked: offset)
            )
        )
    }

    private func webhook() throws -> WebhookSettings {
        WebhookSettings(
            url: try WebhookURL("https://example.com/"),
            secrets: WebhookSecrets(
                current: try #require(WebhookSecret(bytes: [UInt8](repeating: 7, count: 32)))
            )
        )
    }

    /// An action in a word.
    private func word(_ action: DeletionTurn.Action) -> String {
        switch action {
        case .query(let query): "query \(query.group.partitionKey.prefix { $0 != "#" })"
        case .remove(let keys): "remove \(keys.count)"
        case .store(let write):
            switch write.operation {
            case .put(let item): "keep \(item.number(.progress) ?? -1)"
            case .delete(let key): "delete \(key.group.partitionKey)"
            case .check: "check"
            }
        case .finish(let left): "finish \(left?.groupsDone ?? -1)"
        }
    }

    private func page(_ items: [Item], hasMore: Bool = false) -> QueryPage {
        QueryPage(items: items, next: hasMore ? items.last?.key.sortKey : nil)
    }

    @Test("A job without rows goes from group to group and is deleted")
    func empty() throws {
        var turn = DeletionTurn(at: job)
        var words = [word(turn.start())]
        while words.last?.hasPrefix("query") == true {
            // Neither a run that is over nor a turn without pages ends where nothing is to remove.
            words.append(word(try turn.receive(page([]), isOver: true)))
        }
        words.append(word(turn.stored()))
        #expect(
            words == [
                "query LOG", "query STATE", "query SUBS", "query IDEM", "query PART", "query NAME",
                "delete GC", "finish -1",
            ]
        )
    }

    @Test("It begins with the first group that is not empty yet")
    func resumed() {
        var left = job
        left.groupsDone = 4
        var turn = DeletionTurn(at: left)
        #expect(word(turn.start()) == "query PART")
    }

    @Test("A page is removed before the next is read; without time the job is kept for later")
    func pages() throws {
        let table: [(hasMore: Bool, pages: Int, isOver: Bool, words: [String])] = [
            (false, 2, false, ["remove 2", "query STATE"]),
            (true, 2, false, ["remove 2", "query LOG"]),
            (false, 0, false, ["keep 0", "finish 0"]),
            (false, 2, true, ["keep 0", "finish 0"]),
        ]
        for row in table {
            var turn = DeletionTurn(at: job, pages: row.pages)
            _ = turn.start()
            let found = page([chunk(0), chunk(1)], hasMore: row.hasMore)
            var words = [word(try turn.receive(found, isOver: row.isOver))]
            words.append(word(row.words[0] == "keep 0" ? turn.stored() : try turn.removed()))
            #expect(words == row.words, "\(row)")
        }
    }

    @Test("A subscription waits for its positions, and takes nobody with it")
    func subscriptions() throws {
        var left = job
        left.groupsDone = 2
        var turn = DeletionTurn(at: left, pages: 2)
        var words = [word(turn.start())]
        let rows = page((1...3).map { subscription($0).item })
        words.append(word(try turn.receive(rows, isOver: false)))
        // The first has no rows, the second has two pages of positions, and the pages run out.
        words.append(word(try turn.receive(page([]), isOver: false)))
        words.append(word(try turn.receive(page([]), isOver: false)))
        words.append(word(try turn.receive(page([position(2, 0)], hasMore: true), isOver: false)))
        words.append(word(try turn.removed()))
        let action = try turn.receive(page([position(2, 1)]), isOver: false)
        words.append(word(action))
        if case .remove(let keys) = action { #expect(keys == [rows.items[0].key]) }
        words.append(word(try turn.removed()))
        words.append(word(try turn.receive(page(Array(rows.items.dropFirst())), isOver: false)))
        words.append(word(turn.stored()))
        #expect(
            words == [
                "query SUBS", "query POS", "query PARK", "query POS", "remove 1", "query POS",
                "remove 1", "query SUBS", "keep 2", "finish 2",
            ]
        )
    }

    @Test("A webhook's row goes before the positions of its subscription, once")
    func webhooks() throws {
        var left = job
        left.groupsDone = 2
        var turn = DeletionTurn(at: left)
        _ = turn.start()
        let webhook = try webhook()
        let rows = [subscription(1), subscription(2, webhook: webhook), subscription(3)]
        var actions = [try turn.receive(page(rows.map(\.item)), isOver: false)]
        actions.append(try turn.receive(page([position(1, 0)]), isOver: false))
        actions.append(try turn.removed())
        actions.append(try turn.receive(page([]), isOver: false))
        actions.append(try turn.removed())
        actions.append(try turn.receive(page([position(2, 0)], hasMore: true), isOver: false))
        actions.append(try turn.removed())
        for _ in 0..<4 { actions.append(try turn.receive(page([]), isOver: false)) }
        #expect(
            actions.map(word) == [
                "query POS", "remove 1", "query PARK", "remove 1", "query POS", "remove 1",
                "query POS", "query PARK", "query POS", "query PARK", "remove 3",
            ]
        )
        guard case .remove(let keys) = actions[3] else { return }
        #expect(keys == [rows[1].webhookKey])
    }

    @Test(
        "Parked events go after the positions of their subscription, page by page, before its row"
    )
    func parkedEvents() throws {
        var left = job
        left.groupsDone = 2
        var turn = DeletionTurn(at: left)
        _ = turn.start()
        let rows = (1...2).map { subscription($0).item }
        var actions = [try turn.receive(page(rows), isOver: false)]
        actions.append(try turn.receive(page([position(1, 0)]), isOver: false))
        actions.append(try turn.removed())
        actions.append(try turn.receive(page([parked(1, 0)], hasMore: true), isOver: false))
        actions.append(try turn.removed())
        actions.append(try turn.receive(page([parked(1, 0, at: 5)]), isOver: false))
        // The second has parked events alone.
        actions.append(try turn.removed())
        actions.append(try turn.receive(page([]), isOver: false))
        actions.append(try turn.receive(page([parked(2, 1)]), isOver: false))
        actions.append(try turn.removed())
        #expect(
            actions.map(word) == [
                "query POS", "remove 1", "query PARK", "remove 1", "query PARK", "remove 1",
                "query POS", "query PARK", "remove 1", "remove 2",
            ]
        )
        guard case .remove(let keys) = actions[9] else { return }
        #expect(keys == rows.map(\.key))
    }

    @Test("The job of one subscription empties its positions and its parked events")
    func oneSubscription() throws {
        let job = DeletionJob(
            stream: stream,
            subscription: SubscriptionIncarnation(high: 7, low: 1),
            partitionCount: 1,
            deletedAt: Sample.created
        )
        var turn = DeletionTurn(at: job)
        var actions = [turn.start()]
        actions.append(try turn.receive(page([position(1, 0)]), isOver: false))
        actions.append(try turn.removed())
        actions.append(try turn.receive(page([parked(1, 0)]), isOver: false))
        actions.append(try turn.removed())
        actions.append(turn.stored())
        #expect(
            actions.map(word) == [
                "query POS", "remove 1", "query PARK", "remove 1", "delete GC", "finish -1",
            ]
        )
        #expect(job.groups.map(\.stream) == [stream, stream])
    }

    @Test("A subscription that can't be read ends the turn, before anything is removed")
    func damaged() throws {
        var left = job
        left.groupsDone = 2
        var turn = DeletionTurn(at: left)
        _ = turn.start()
        let row = Item(.subscription(stream, subscription(1).id))
        var caught = false
        do { _ = try turn.receive(page([row]), isOver: false) } catch { caught = true }
        #expect(caught)
    }

    @Test(
        "Whatever ends its turns, a job removes its rows in their order, and no others",
        arguments: seeds
    )
    func walk(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let partitions = 1 + random.index(below: 3)
        var job = DeletionJob(
            stream: stream,
            subscription: nil,
            partitionCount: partitions,
            deletedAt: Sample.created
        )
        var table = StoredRows()
        table.pageRows = 1 + random.index(below: 4)
        let foreign = try fill(&table, partitions, &random)
        _ = table.write(.put(job.item))
        var turns = 0
        while true {
            turns += 1
            let pages = 1 + random.index(below: 5)
            guard let left = try turn(at: job, pages, &table, &random) else { break }
            // The next run knows what the table has.
            job = try DeletionJob(try #require(table.rows[job.item.key]))
            #expect(left.groupsDone >= job.groupsDone, "\(replay)")
            try #require(turns < 10_000, "no progress; \(replay)")
        }
        #expect(table.keys == foreign, "\(replay)")
    }

    /// One turn, which may fail half-way.
    ///
    /// - Returns: What is left to do; nil when nothing is.
    private func turn(
        at job: DeletionJob,
        _ pages: Int,
        _ table: inout StoredRows,
        _ random: inout SeededGenerator
    ) throws -> DeletionJob? {
        var turn = DeletionTurn(at: job, pages: pages)
        var action = turn.start()
        var removals = 0
        while true {
            switch action {
            case .query(let query):
                action = try turn.receive(table.query(query), isOver: random.happens(0.05))
            case .remove(let keys):
                check(keys, of: job, table)
                removals += 1
                let fails = random.happens(0.05)
                table.remove(fails ? Array(keys.shuffled(using: &random).prefix(1)) : keys)
                if fails { return job }
                action = try turn.removed()
            case .store(let write):
                let outcome = table.write(write)
                #expect(outcome == .applied)
                action = turn.stored()
            case .finish(let left):
                // A page of subscriptions may be removed in the same breath as one of positions,
                // and each one's webhook besides.
                #expect(removals <= 2 * pages + 9, "\(replay)")
                guard let left else { return nil }
                for group in left.groups.prefix(left.groupsDone) {
                    #expect(table.query(Query(group, limit: 1)).items.isEmpty, "\(replay)")
                }
                return left
            }
        }
    }

    /// What may be removed now: rows of the first groups that have any; and of subscriptions only
    /// those without positions, parked events and a webhook's row.
    private func check(_ keys: [TableKey], of job: DeletionJob, _ table: StoredRows) {
        for key in keys {
            var group = key.group
            if case .positions(let owner, _) = group { group = .subscriptions(owner) }
            if case .parked(let owner, _) = group { group = .subscriptions(owner) }
            if case .push(let owner, _) = key { group = .subscriptions(owner) }
            guard let place = job.groups.firstIndex(of: group) else {
                Issue.record("\(key) is not the job's; \(replay)")
                continue
            }
            for earlier in job.groups.prefix(place) {
                #expect(table.query(Query(earlier, limit: 1)).items.isEmpty, "\(replay)")
            }
            guard case .subscription(_, let id) = key,
                let row = (1...9).map({ subscription($0) }).first(where: { $0.id == id })
            else { continue }
            for group in RowGroup.owned(by: row.incarnation, of: stream) {
                #expect(table.query(Query(group, limit: 1)).items.isEmpty, "\(replay)")
            }
            #expect(table.rows[row.webhookKey] == nil, "\(replay)")
        }
    }

    /// A stream's rows, and some of another one.
    ///
    /// - Returns: The keys of the other one's.
    private func fill(
        _ table: inout StoredRows,
        _ partitions: Int,
        _ random: inout SeededGenerator
    ) throws -> Set<TableKey> {
        let other = StreamIncarnation(high: 3, low: 3)
        var foreign: Set<TableKey> = []
        for partition in Partition.all(partitions) {
            for offset in 0..<random.index(below: 9) {
                _ = table.write(.put(chunk(Int64(offset), partition)))
            }
            for key in 0..<random.index(below: 9) {
                let key = EventKey(trusted: Array("k\(key)".utf8))
                _ = table.write(.put(Item(.latest(stream, partition, key))))
            }
            _ = table.write(.put(Item(.progress(stream, partition))))
            let keys: [TableKey] = [
                .progress(other, partition), .chunk(other, partition, .zero),
                .push(stream: other, subscription: SubscriptionIncarnation(high: 7, low: 1)),
                .parked(
                    stream: other,
                    subscription: SubscriptionIncarnation(high: 7, low: 1),
                    partition,
                    .zero
                ),
            ]
            for key in keys {
                _ = table.write(.put(Item(key)))
                foreign.insert(key)
            }
        }
        for number in 0..<UInt64(random.index(below: 9)) {
            let webhook = random.happens(0.5) ? try webhook() : nil
            let row = subscription(number + 1, webhook: webhook)
            _ = table.write(.put(row.item))
            if webhook != nil { _ = table.write(.put(Item(row.webhookKey))) }
            for partition in 0..<partitions where random.happens(0.7) {
                _ = table.write(.put(position(number + 1, partition)))
                for offset in 0..<random.index(below: 4) {
                    _ = table.write(.put(parked(number + 1, partition, at: Int64(offset))))
                }
            }
        }
        _ = table.write(.put(Item(.streamName(stream))))
        return foreign
    }

    private static let seeds = RandomSeed.cases(200)
    private let replay = RandomSeed.replay("DeletionTurnTests")
}
