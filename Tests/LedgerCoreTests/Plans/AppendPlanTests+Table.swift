import LedgerBytes
import LedgerTesting
import Testing

@testable import LedgerCore

/// Each state of an append with each event that can come, and what follows.
///
/// A history of one partition is written as its events, and checked against one line for each action
/// of the plan.
extension AppendPlanTests {
    /// One event, at the time that the history has come to.
    enum Event {
        /// Time passes, milliseconds.
        case wait(Int64)
        /// A tail was read that ends there.
        case tail(Int64)
        case tailSealed
        case tailUnverified
        case readFails(TableError)
        case applied
        /// The attempt's own chunk is there.
        case own
        /// Another writer's chunk of so many events is there.
        case foreign(Int)
        case seal
        /// A condition failed, but no row is shown.
        case unseen
        /// The row in the way of the chunk is damaged.
        case damaged
        /// Nothing is known of any row.
        case unjudged
        /// Only the first unit's idempotency row is in the way: of the same body, at an offset.
        case storedBefore(Int64)
        case otherBody
        case writeFails(TableError)
        case resume
    }

    struct History: CustomTestStringConvertible {
        let name: String
        var tail: Tail? = .empty
        var isMarked = false
        var expecting: Int64?
        let events: [Event]
        /// What `start` and each event led to; a wait leads to nothing.
        let actions: [String]

        var testDescription: String { name }
    }

    private static let lost = TableError(.indefinite, reason: .unavailable, message: "lost")
    private static let busy = TableError(.definite, reason: .throttled, message: "busy")
    private static let full = TableError(.definite, reason: .full, message: "full")

    static let histories: [History] = [
        // Reading.
        History(
            name: "reading, a tail",
            tail: nil,
            events: [.tail(5)],
            actions: ["read", "write 5"]
        ),
        History(
            name: "reading, a seal",
            tail: nil,
            events: [.tailSealed],
            actions: ["read", "finish streamGone, tail unknown"]
        ),
        History(
            name: "reading, unverified",
            tail: nil,
            events: [.tailUnverified],
            actions: ["read", "finish tailUnverified, tail unknown"]
        ),
        History(
            name: "reading, refused for the moment",
            tail: nil,
            events: [.readFails(busy), .resume, .readFails(lost), .resume],
            actions: ["read", "pause 5", "read", "pause 10", "read"]
        ),
        History(
            name: "reading, refused for good",
            tail: nil,
            events: [.readFails(full)],
            actions: ["read", "finish failed full, tail unknown"]
        ),
        History(
            name: "reading, overdue",
            tail: nil,
            events: [.wait(1000), .tail(5)],
            actions: ["read", "finish failed throttled, tail 5"]
        ),
        History(
            name: "reading, overdue by a refusal",
            tail: nil,
            events: [.wait(1000), .readFails(busy)],
            actions: ["read", "finish failed throttled, tail unknown"]
        ),
        // Writing.
        History(
            name: "writing, applied",
            events: [.applied],
            actions: ["write 0", "finish stored 0, tail 1"]
        ),
        History(
            name: "writing, own chunk",
            events: [.own],
            actions: ["write 0", "finish stored 0, tail 1"]
        ),
        History(
            name: "writing, foreign chunks: three pauses, then the tail is read",
            events: [
                .foreign(4), .resume, .foreign(2), .resume, .foreign(1), .resume, .foreign(1),
                .tail(9),
            ],
            actions: [
                "write 0", "pause 5", "write 4", "pause 5", "write 6", "pause 5", "write 7", "read",
                "write 9",
            ]
        ),
        History(
            name: "writing, overdue behind a foreign chunk",
            events: [.wait(1000), .foreign(4)],
            actions: ["write 0", "finish failed throttled, tail 4"]
        ),
        History(
            name: "writing, a seal",
            events: [.seal],
            actions: ["write 0", "finish streamGone, tail unknown"]
        ),
        History(
            name: "writing, a row that is not shown",
            events: [.unseen, .resume, .tail(3)],
            actions: ["write 0", "pause 5", "read", "write 3"]
        ),
        History(
            name: "writing, a damaged row",
            events: [.damaged],
            actions: ["write 0", "finish failed corrupt, tail unknown"]
        ),
        History(
            name: "writing, rows that were not judged",
            isMarked: true,
            events: [.unjudged, .resume, .applied],
            actions: ["write 0", "pause 5", "write 0 again", "finish stored 0, tail 1"]
        ),
        History(
            name: "writing, stored before",
            isMarked: true,
            events: [.storedBefore(0)],
            actions: ["write 0", "finish stored 0, tail unknown"]
        ),
        History(
            name: "writing, another body",
            isMarked: true,
            events: [.otherBody],
            actions: ["write 0", "finish idempotencyKeyReused, tail unknown"]
        ),
        History(
            name: "writing, refused for the moment",
            events: [.writeFails(busy), .resume, .writeFails(busy), .resume],
            actions: ["write 0", "pause 5", "write 0 again", "pause 10", "write 0 again"]
        ),
        History(
            name: "writing, refused for good",
            events: [.writeFails(full)],
            actions: ["write 0", "finish failed full, tail unknown"]
        ),
        // Writing again what may be applied.
        History(
            name: "unknown, applied",
            events: [.writeFails(lost), .resume, .applied],
            actions: ["write 0", "pause 5", "write 0 again", "finish stored 0, tail 1"]
        ),
        History(
            name: "unknown, own chunk",
            events: [.writeFails(lost), .resume, .own],
            actions: ["write 0", "pause 5", "write 0 again", "finish stored 0, tail 1"]
        ),
        History(
            name: "unknown, a foreign chunk: never applied after all",
            events: [.writeFails(lost), .resume, .foreign(4), .resume, .writeFails(full)],
            actions: [
                "write 0", "pause 5", "write 0 again", "pause 5", "write 4",
                "finish failed full, tail 4",
            ]
        ),
        History(
            name: "unknown, a seal",
            events: [.writeFails(lost), .resume, .seal],
            actions: ["write 0", "pause 5", "write 0 again", "finish streamGone, tail unknown"]
        ),
        History(
            name: "unknown, a row that is not shown",
            events: [.writeFails(lost), .resume, .unseen],
            actions: ["write 0", "pause 5", "write 0 again", "finish unknown, tail unknown"]
        ),
        History(
            name: "unknown, a damaged row",
            events: [.writeFails(lost), .resume, .damaged],
            actions: ["write 0", "pause 5", "write 0 again", "finish unknown, tail unknown"]
        ),
        History(
            name: "unknown, refused for good",
            events: [.writeFails(lost), .resume, .writeFails(full)],
            actions: ["write 0", "pause 5", "write 0 again", "finish unknown, tail unknown"]
        ),
        History(
            name: "unknown, its own idempotency row without its chunk",
            isMarked: true,
            events: [.writeFails(lost), .resume, .storedBefore(0), .resume, .own],
            actions: [
                "write 0", "pause 5", "write 0 again", "pause 10", "write 0 again",
                "finish stored 0, tail 1",
            ]
        ),
        History(
            name: "unknown, overdue by the next answer",
            events: [.writeFails(lost), .resume, .wait(1000), .writeFails(busy)],
            actions: ["write 0", "pause 5", "write 0 again", "finish unknown, tail unknown"]
        ),
        // Pausing.
        History(
            name: "pausing, overdue, certainly not stored",
            events: [.writeFails(busy), .wait(1000), .resume],
            actions: ["write 0", "pause 5", "finish failed throttled, tail unknown"]
        ),
        History(
            name: "pausing, overdue, perhaps stored",
            events: [.writeFails(lost), .wait(1000), .resume],
            actions: ["write 0", "pause 5", "finish unknown, tail unknown"]
        ),
        History(
            name: "pausing, overdue behind a foreign chunk",
            events: [.foreign(4), .wait(1000), .resume],
            actions: ["write 0", "pause 5", "finish failed throttled, tail 4"]
        ),
        History(
            name: "pausing, cut at the deadline",
            events: [.wait(997), .writeFails(busy)],
            actions: ["write 0", "pause 3"]
        ),
        // An expected offset.
        History(
            name: "expected, a cached tail may be behind",
            expecting: 3,
            events: [.tail(3), .applied],
            actions: ["read", "write 3", "finish stored 3, tail 4"]
        ),
        History(
            name: "expected, another tail",
            expecting: 3,
            events: [.tail(4)],
            actions: ["read", "finish offsetConflict 4, tail 4"]
        ),
        History(
            name: "expected, a foreign chunk in the way",
            tail: nil,
            expecting: 3,
            events: [.tail(3), .foreign(1), .resume, .tail(4)],
            actions: ["read", "write 3", "pause 5", "read", "finish offsetConflict 4, tail 4"]
        ),
    ]

    @Test(
        "Each event in each state leads to the one step that the table names",
        arguments: histories
    )
    func table(_ history: History) throws {
        let mark = IdempotencyMark.test("a")
        let unit = unit(
            records(1),
            idempotency: history.isMarked ? mark : nil,
            expectedOffset: history.expecting.map(Offset.init(unchecked:))
        )
        var plan = AppendPlan(
            [PartitionAppend(partition: partition, tail: history.tail, units: [unit])],
            context: AppendContext(
                stream: Observed(stream, readAt: tick(0).instant),
                trust: TailTrust(created: stream.created, onlySweepDeletes: false)
            ),
            patience: .seconds(1)
        )
        var uptime: Int64 = 0
        var attempt: [Item] = []
        var action = plan.start(at: tick(0))
        var actions = [describe(action, after: &attempt)]
        for (index, event) in history.events.enumerated() {
            if case .wait(let milliseconds) = event {
                uptime += milliseconds
                continue
            }
            action = follow(event, of: &plan, attempt, at: tick(uptime, id: UInt64(index) + 2))
            actions.append(describe(action, after: &attempt))
            // Behind a wrong action the next event can't come.
            guard history.actions.starts(with: actions) else { break }
        }
        #expect(actions == history.actions)
    }

    private func follow(
        _ event: Event,
        of plan: inout AppendPlan,
        _ attempt: [Item],
        at tick: AppendPlan.Tick
    ) -> AppendPlan.Action {
        switch event {
        case .wait: preconditionFailure("a wait leads to nothing")
        case .tail(let next): plan.receive(tails: .success([reading(next)]), at: tick)
        case .tailSealed:
            plan.receive(
                tails: .success([TailReading(newest: .seal(at: .zero), progress: nil)]),
                at: tick
            )
        case .tailUnverified:
            plan.receive(
                tails: .success([TailReading(newest: nil, progress: nil)]),
                at: inTwoDays(tick)
            )
        case .readFails(let error): plan.receive(tails: .failure(error), at: tick)
        case .resume: plan.resume(at: tick)
        case .writeFails(let error): plan.receive(write: .failure(error), at: tick)
        case .applied: plan.receive(write: .success(.applied), at: tick)
        case .unjudged:
            plan.receive(write: .success(.conditionFailed([:], unjudged: [0, 1])), at: tick)
        case .own, .foreign, .seal, .unseen, .damaged, .storedBefore, .otherBody:
            plan.receive(
                write: .success(.conditionFailed(rowInTheWay(event, of: attempt))),
                at: tick
            )
        }
    }

    private func inTwoDays(_ tick: AppendPlan.Tick) -> AppendPlan.Tick {
        let now = Timestamp(milliseconds: 1000 + 48 * 3_600_000)
        return AppendPlan.Tick(
            Instant(now: now, uptime: tick.instant.uptime),
            freshID: tick.freshID
        )
    }

    private func rowInTheWay(_ event: Event, of attempt: [Item]) -> [Int: Item?] {
        switch event {
        case .own: return [0: attempt[0]]
        case .foreign(let count):
            var theirs = attempt[0]
            theirs[.append] = .bytes(AppendID(high: 7, low: 7).bytes)
            theirs[.count] = .number(Int64(count))
            return [0: theirs]
        case .seal:
            return [
                0: LogEntry.sealItem(stream: stream.incarnation, partition: partition, at: .zero)
            ]
        case .unseen: return [0: Item?.none]
        case .damaged: return [0: Item(attempt[0].key)]
        case .storedBefore(let offset):
            var row = attempt[1]
            row[.offset] = .number(offset)
            return [1: row]
        case .otherBody:
            var row = attempt[1]
            row[.body] = .bytes(SHA256.digest([9]).bytes)
            return [1: row]
        default: preconditionFailure("no row is in the way")
        }
    }

    private func reading(_ next: Int64) -> TailReading {
        var progress = ProgressRow(stream: stream.incarnation, partition: partition)
        progress.foldedTail = Tail(
            next: Offset(unchecked: next),
            timestamp: Timestamp(milliseconds: 0),
            ttl: .past,
            hash: HashChain.start
        )
        return TailReading(newest: nil, progress: progress)
    }

    /// One line for an action; the rows of a write are remembered as the attempt.
    private func describe(_ action: AppendPlan.Action, after attempt: inout [Item]) -> String {
        switch action {
        case .readTails: return "read"
        case .pause(let length): return "pause \(length.wholeMilliseconds)"
        case .write(let writes, _, _):
            let items = writes.compactMap { write -> Item? in
                if case .put(let item) = write.operation { item } else { nil }
            }
            let isAgain = items == attempt
            attempt = items
            guard case .chunk(_, _, let first) = items[0].key else { return "write nothing" }
            return "write \(first.rawValue)" + (isAgain ? " again" : "")
        case .finish(let result):
            let tail = result.tails[0].map { "\($0.next.rawValue)" } ?? "unknown"
            return "finish \(describe(result.outcomes[0][0])), tail \(tail)"
        }
    }

    private func describe(_ outcome: AppendOutcome) -> String {
        switch outcome {
        case .stored(let range): "stored \(range.first.rawValue)"
        case .offsetConflict(let actual): "offsetConflict \(actual.rawValue)"
        case .failed(let error): "failed \(error.reason)"
        case .idempotencyKeyReused, .streamGone, .tailUnverified, .tooLarge, .overdue, .queueFull,
            .unknown:
            "\(outcome)"
        }
    }
}
