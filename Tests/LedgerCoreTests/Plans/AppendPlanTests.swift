import LedgerBytes
import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("Append plan")
struct AppendPlanTests {
    let stream = StreamRow(
        id: StreamID(trusted: "s"),
        incarnation: StreamIncarnation(high: 1, low: 1),
        partitionCount: 1,
        retentionHours: 1,
        compaction: true,
        created: Timestamp(milliseconds: 0)
    )
    let partition = Partition(unchecked: 0)

    func tick(_ uptime: Int64, id: UInt64 = 1) -> AppendPlan.Tick {
        AppendPlan.Tick(
            Instant(now: Timestamp(milliseconds: 1000 + uptime), uptime: .milliseconds(uptime)),
            freshID: AppendID(high: 9, low: id)
        )
    }

    /// A unit that arrives at an uptime.
    func unit(
        _ records: Records,
        idempotency: IdempotencyMark? = nil,
        expectedOffset: Offset? = nil,
        at uptime: Int64 = 0
    ) -> AppendUnit {
        AppendUnit(
            records: records,
            idempotency: idempotency,
            expectedOffset: expectedOffset,
            arrived: tick(uptime).instant
        )
    }

    func plan(_ units: [AppendUnit], tail: Tail? = .empty) -> AppendPlan {
        AppendPlan(
            [PartitionAppend(partition: partition, tail: tail, units: units)],
            context: context,
            patience: .seconds(1)
        )
    }

    var context: AppendContext {
        let readAt = Instant(now: Timestamp(milliseconds: 1000), uptime: .zero)
        return AppendContext(
            stream: Observed(stream, readAt: readAt),
            trust: TailTrust(created: stream.created, onlySweepDeletes: true)
        )
    }

    let lost = TableError(.indefinite, reason: .unavailable, message: "lost")
    let busy = TableError(.definite, reason: .throttled, message: "busy")

    /// The rows of a write action.
    func rows(_ action: AppendPlan.Action) throws -> [Item] {
        guard case .write(let writes, _, _) = action else { throw TestFailure("\(action)") }
        return writes.compactMap { write in
            if case .put(let item) = write.operation { item } else { nil }
        }
    }

    func outcomes(_ action: AppendPlan.Action) throws -> [AppendOutcome] {
        guard case .finish(let result) = action else { throw TestFailure("\(action)") }
        return result.outcomes[0]
    }

    func tails(_ action: AppendPlan.Action) throws -> [Tail?] {
        guard case .finish(let result) = action else { throw TestFailure("\(action)") }
        return result.tails
    }

    func stored(_ first: Int64, _ count: Int, at uptime: Int64 = 0) -> AppendOutcome {
        .stored(
            StoredRange(
                first: Offset(unchecked: first),
                count: count,
                timestamp: Timestamp(milliseconds: 1000 + uptime)
            )
        )
    }

    @Test("Units share one chunk and get offsets one after another")
    func groupCommit() throws {
        var plan = plan([unit(records(2)), unit(records(3))])
        let items = try rows(plan.start(at: tick(0)))
        #expect(items.count == 1 && items[0].number(.count) == 5)
        let end = plan.receive(write: .success(.applied), at: tick(0))
        #expect(try outcomes(end) == [stored(0, 2), stored(2, 3)])
    }

    @Test("After an open outcome the same bytes go to the same offset again")
    func repetition() throws {
        var plan = plan([unit(records(1))])
        let first = try rows(plan.start(at: tick(0)))
        guard case .pause = plan.receive(write: .failure(lost), at: tick(1, id: 2)) else {
            throw TestFailure("no pause")
        }
        #expect(try rows(plan.resume(at: tick(500, id: 3))) == first)
    }

    @Test("A chunk in the way that is its own is a success")
    func ownAppend() throws {
        var plan = plan([unit(records(1))])
        let first = try rows(plan.start(at: tick(0)))
        _ = plan.receive(write: .failure(lost), at: tick(1, id: 2))
        _ = plan.resume(at: tick(5, id: 3))
        let end = plan.receive(write: .success(.conditionFailed([0: first[0]])), at: tick(6, id: 4))
        #expect(try outcomes(end) == [stored(0, 1)])
    }

    @Test("Another writer's chunk is adopted, and the append goes behind it")
    func adoption() throws {
        var other = self.plan([unit(records(4))])
        let theirs = try rows(other.start(at: tick(0, id: 77)))[0]
        var plan = plan([unit(records(1))])
        _ = plan.start(at: tick(0, id: 1))
        _ = plan.receive(write: .success(.conditionFailed([0: theirs])), at: tick(0, id: 2))
        let mine = try rows(plan.resume(at: tick(10, id: 3)))[0]
        #expect(mine.key == .chunk(stream.incarnation, partition, Offset(unchecked: 4)))
        let hash = HashChain.next(
            previous: try theirs.requiredDigest(.hash),
            batch: mine.bytes(.batch) ?? []
        )
        #expect(mine.bytes(.hash) == hash.bytes)
    }

    @Test("At the deadline an open outcome is said to be open, a refused one to be refused")
    func deadline() throws {
        var open = plan([unit(records(1))])
        _ = open.start(at: tick(0))
        _ = open.receive(write: .failure(lost), at: tick(1, id: 2))
        _ = open.resume(at: tick(5, id: 3))
        #expect(
            try outcomes(open.receive(write: .failure(busy), at: tick(1000, id: 4))) == [.unknown]
        )
        var refused = plan([unit(records(1))])
        _ = refused.start(at: tick(0))
        let end = refused.receive(write: .failure(busy), at: tick(1000, id: 2))
        #expect(try outcomes(end) == [.failed(busy)])
    }

    @Test("A cached tail that was not seen again is not known any better afterwards")
    func unseenTail() throws {
        var refused = plan([unit(records(1))], tail: .empty)
        _ = refused.start(at: tick(0))
        #expect(try tails(refused.receive(write: .failure(busy), at: tick(1000, id: 2))) == [nil])
        var stored = plan([unit(records(1))], tail: .empty)
        _ = stored.start(at: tick(0))
        let next = try #require(
            try tails(stored.receive(write: .success(.applied), at: tick(0)))[0]
        )
        #expect(next.next == Offset(unchecked: 1))
    }

    @Test(
        "A full disk or a closed engine is no reason to try again, and nothing was stored",
        arguments: [TableError.Reason.full, .closed]
    )
    func lastingRefusal(_ reason: TableError.Reason) throws {
        var plan = plan([unit(records(1))])
        _ = plan.start(at: tick(0))
        let error = TableError(.definite, reason: reason, message: "refused")
        #expect(try outcomes(plan.receive(write: .failure(error), at: tick(1))) == [.failed(error)])
    }

    @Test("A seal means that the stream is gone")
    func seal() throws {
        var plan = plan([unit(records(1))])
        _ = plan.start(at: tick(0))
        let seal = LogEntry.sealItem(stream: stream.incarnation, partition: partition, at: .zero)
        let end = plan.receive(write: .success(.conditionFailed([0: seal])), at: tick(1))
        #expect(try outcomes(end) == [.streamGone])
    }

    @Test("A unit stored before gets its stored answer, another body a refusal, the rest goes on")
    func idempotency() throws {
        let mark = IdempotencyMark.test("a")
        let other = IdempotencyMark.test("b", body: 2)
        var plan = plan([
            unit(records(1), idempotency: mark),
            unit(records(1), idempotency: other),
            unit(records(2)),
        ])
        let items = try rows(plan.start(at: tick(0)))
        #expect(items.count == 3)
        var before = items[1]
        before[.offset] = .number(40)
        var foreign = items[2]
        foreign[.body] = .bytes(SHA256.digest([3]).bytes)
        let obstacles: [Int: Item?] = [1: before, 2: foreign]
        let next = plan.receive(write: .success(.conditionFailed(obstacles)), at: tick(0, id: 2))
        #expect(try rows(next).map { $0.number(.count) } == [2])
        let end = plan.receive(write: .success(.applied), at: tick(0, id: 3))
        #expect(try outcomes(end) == [stored(40, 1), .idempotencyKeyReused, stored(0, 2)])
    }

    @Test("An expected offset is refused only by a tail that was just read")
    func expectedOffset() throws {
        let unit = unit(records(1), expectedOffset: Offset(unchecked: 3))
        var plan = plan([unit])
        guard case .readTails = plan.start(at: tick(0)) else { throw TestFailure("no read") }
        let reading = TailReading(newest: nil, progress: nil)
        let end = plan.receive(tails: .success([reading]), at: tick(0))
        #expect(try outcomes(end) == [.offsetConflict(actual: .zero)])
    }

    @Test("A writer that is far behind looks for the tail instead of walking there")
    func farBehind() throws {
        var plan = plan([unit(records(1))])
        var action = plan.start(at: tick(0))
        var conflicts = 0
        while case .write = action {
            var foreign = try rows(action)[0]
            foreign[.append] = .bytes(AppendID(high: 7, low: 7).bytes)
            conflicts += 1
            action = plan.receive(
                write: .success(.conditionFailed([0: foreign])),
                at: tick(0, id: 2)
            )
            if case .pause = action { action = plan.resume(at: tick(0, id: 3)) }
        }
        guard case .readTails = action else { throw TestFailure("\(action)") }
        #expect(conflicts == 4)
    }

    @Test("Timestamps and ttl never decrease, whatever the clock does")
    func monotone() throws {
        let tail = Tail(
            next: Offset(unchecked: 8),
            timestamp: Timestamp(milliseconds: 50_000),
            ttl: .after(second: 1_000_000),
            hash: HashChain.start
        )
        var plan = plan([unit(records(1))], tail: tail)
        let item = try rows(plan.start(at: tick(0)))[0]
        #expect(item.number(.timestamp) == 50_000)
        #expect(item.number(.ttl) == 1_000_000)
        #expect(item.number(.previousTTL) == 1_000_000)
    }
}
