import LedgerTesting
import Testing

@testable import LedgerCore

/// What an append makes of a transaction that was cancelled for several reasons.
extension AppendPlanTests {
    /// An atomic publish of one event with an idempotency key to each of two partitions.
    private func atomic() -> AppendPlan {
        let parts = Partition.all(2).map { partition in
            PartitionAppend(
                partition: partition,
                tail: .empty,
                units: [unit(records(1), idempotency: .test("a"))]
            )
        }
        return AppendPlan(parts, context: context, patience: .seconds(1))
    }

    private func failed(_ items: [Int: Item?], unjudged: Set<Int> = []) -> TransactionOutcome {
        .conditionFailed(items, unjudged: unjudged)
    }

    @Test("A write is decided when the plan says so, and again when it is repeated")
    func decision() throws {
        var plan = plan([unit(records(1))])
        guard case .write(_, _, let first) = plan.start(at: tick(7)) else {
            throw TestFailure("no write")
        }
        #expect(first == tick(7).instant)
        _ = plan.receive(write: .failure(lost), at: tick(8))
        guard case .write(_, _, let second) = plan.resume(at: tick(20)) else {
            throw TestFailure("no write")
        }
        #expect(second == tick(20).instant)
    }

    @Test(
        "Its own idempotency row does not stand for a chunk that was not seen",
        arguments: [[0], []] as [Set<Int>]
    )
    func ownRowWithoutItsChunk(_ unjudged: Set<Int>) throws {
        var plan = plan([
            unit(records(1), idempotency: .test("a")),
            unit(records(2)),
        ])
        let first = try rows(plan.start(at: tick(0)))
        _ = plan.receive(write: .failure(lost), at: tick(1, id: 2))
        _ = plan.resume(at: tick(5, id: 3))
        let mixed = failed([1: first[1]], unjudged: unjudged)
        guard case .pause = plan.receive(write: .success(mixed), at: tick(6, id: 4)) else {
            throw TestFailure("no pause")
        }
        #expect(try rows(plan.resume(at: tick(10, id: 5))) == first)
        let seen = failed([0: first[0], 1: first[1]])
        let end = plan.receive(write: .success(seen), at: tick(11, id: 6))
        #expect(try outcomes(end) == [stored(0, 1), stored(1, 2)])
    }

    @Test("While its twin is stored row by row, an atomic publish writes the same again")
    func twin() throws {
        var plan = atomic()
        let items = try rows(plan.start(at: tick(0)))
        // The twin's rows, of another append.
        var theirs = items
        theirs[0][.append] = .bytes(AppendID(high: 7, low: 7).bytes)
        theirs[2][.append] = .bytes(AppendID(high: 7, low: 7).bytes)
        let mixed = failed([1: theirs[1]], unjudged: [0, 2, 3])
        guard case .pause = plan.receive(write: .success(mixed), at: tick(1, id: 2)) else {
            throw TestFailure("no pause")
        }
        #expect(try rows(plan.resume(at: tick(6, id: 3))) == items)
        let seen = failed([0: theirs[0], 1: theirs[1], 2: theirs[2], 3: theirs[3]])
        let end = plan.receive(write: .success(seen), at: tick(7, id: 4))
        guard case .finish(let result) = end else { throw TestFailure("\(end)") }
        #expect(result.outcomes == [[stored(0, 1)], [stored(0, 1)]])
    }

    @Test("A foreign chunk shows that the attempt is dead, whatever is not known of the others")
    func foreignChunkBesideConflict() throws {
        var plan = atomic()
        var theirs = try rows(plan.start(at: tick(0)))[0]
        theirs[.append] = .bytes(AppendID(high: 7, low: 7).bytes)
        let mixed = failed([0: theirs], unjudged: [2, 3])
        _ = plan.receive(write: .success(mixed), at: tick(1, id: 2))
        let next = try rows(plan.resume(at: tick(6, id: 3)))
        #expect(next[0].key == .chunk(stream.incarnation, partition, Offset(unchecked: 1)))
        #expect(next[2].key == .chunk(stream.incarnation, Partition.all(2)[1], .zero))
    }
}
