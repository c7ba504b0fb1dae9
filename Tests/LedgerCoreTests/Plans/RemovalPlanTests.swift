import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A removal of rows")
struct RemovalPlanTests {
    private func keys(_ count: Int) -> [TableKey] {
        (0..<count).map {
            .chunk(Sample.incarnation, Sample.partition, Offset(unchecked: Int64($0)))
        }
    }

    private func error(_ reason: TableError.Reason) -> TableError {
        TableError(.indefinite, reason: reason, message: "test")
    }

    private func word(_ action: RemovalPlan.Action) -> String {
        switch action {
        case .delete(let keys): "delete \(keys.count)"
        case .pause(let length): "pause \(length.wholeMilliseconds)"
        case .finish: "finish"
        case .fail(let error): "fail \(error.reason)"
        }
    }

    @Test("Nothing to remove needs no call")
    func nothing() {
        var plan = RemovalPlan(of: [])
        #expect(word(plan.start()) == "finish")
    }

    @Test("What can pass is tried again after a pause while there is time, else the batch fails")
    func outcomes() {
        let table: [(Result<Void, TableError>, isOver: Bool, words: [String])] = [
            (.success(()), false, ["delete 500"]),
            (.success(()), true, ["delete 500"]),
            (.failure(error(.throttled)), false, ["pause 100", "delete 500"]),
            (.failure(error(.unavailable)), false, ["pause 100", "delete 500"]),
            (.failure(error(.throttled)), true, ["fail throttled"]),
            (.failure(error(.full)), false, ["fail full"]),
            (.failure(error(.corrupt)), false, ["fail corrupt"]),
            (.failure(error(.invalid)), false, ["fail invalid"]),
            (.failure(error(.closed)), false, ["fail closed"]),
        ]
        for (outcome, isOver, expected) in table {
            var plan = RemovalPlan(of: keys(1_500))
            var words = [word(plan.start())]
            #expect(words == ["delete 1000"])
            words = [word(plan.receive(outcome, isOver: isOver))]
            if words[0].hasPrefix("pause") { words.append(word(plan.resume())) }
            #expect(words == expected)
        }
    }

    @Test("Batches shrink to 25 rows and pauses grow to 5 s, until it gives up")
    func giveUp() {
        var plan = RemovalPlan(of: keys(3_000))
        var action = plan.start()
        var sizes: [Int] = []
        var pauses: [Int64] = []
        loop: while true {
            switch action {
            case .delete(let keys):
                sizes.append(keys.count)
                action = plan.receive(.failure(error(.throttled)), isOver: false)
            case .pause(let length):
                pauses.append(length.wholeMilliseconds)
                action = plan.resume()
            case .finish, .fail: break loop
            }
        }
        #expect(word(action) == "fail throttled" && sizes.count == Limits.removalAttempts)
        #expect(sizes.prefix(8) == [1000, 500, 250, 125, 62, 31, 25, 25])
        #expect(pauses.prefix(8) == [100, 200, 400, 800, 1600, 3200, 5000, 5000])
        #expect(pauses.allSatisfy { $0 <= 5_000 } && sizes.allSatisfy { $0 >= 25 })
    }

    @Test("After a refusal the batches grow again, and refusals in a row are counted anew")
    func recovery() {
        var plan = RemovalPlan(of: keys(10_000))
        _ = plan.start()
        for _ in 0..<20 {
            _ = plan.receive(.failure(error(.throttled)), isOver: false)
            _ = plan.resume()
        }
        var sizes: [Int] = []
        for _ in 0..<4 {
            if case .delete(let keys) = plan.receive(.success(()), isOver: false) {
                sizes.append(keys.count)
            }
        }
        #expect(sizes == [50, 100, 200, 400])
        for _ in 0..<20 {
            #expect(word(plan.receive(.failure(error(.throttled)), isOver: false)) != "finish")
            _ = plan.resume()
        }
    }

    @Test("It finishes only when each row was removed, and removes nothing else", arguments: seeds)
    func walk(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let all = keys(1 + random.index(below: 5_000))
        var left = Set(all)
        /// Rows of the batches that were removed as a whole.
        var done = 0
        var plan = RemovalPlan(of: all)
        var action = plan.start()
        let refusals = Double(random.index(below: 9)) / 10
        while true {
            switch action {
            case .delete(let keys):
                let isNext = keys[...] == all[done...].prefix(keys.count)
                #expect(isNext && !keys.isEmpty, "not the next rows; \(replay)")
                #expect(keys.count <= Limits.sweepPageRows, "\(replay)")
                guard random.happens(refusals) else {
                    left.subtract(keys)
                    done += keys.count
                    action = plan.receive(.success(()), isOver: random.happens(0.5))
                    continue
                }
                // What failed may have removed some of them.
                left.subtract(keys.dropLast().shuffled(using: &random).prefix(keys.count / 2))
                let reason: TableError.Reason = random.happens(0.99) ? .throttled : .full
                let outcome = Result<Void, TableError>.failure(error(reason))
                action = plan.receive(outcome, isOver: random.happens(0.01))
            case .pause: action = plan.resume()
            case .finish:
                let count = left.count
                #expect(count == 0, "\(replay)")
                return
            case .fail:
                let count = left.count
                #expect(count > 0, "\(replay)")
                return
            }
        }
    }

    private static let seeds = RandomSeed.cases(200)
    private let replay = RandomSeed.replay("RemovalPlanTests")
}
