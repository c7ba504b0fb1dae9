import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The search for an offset")
struct OffsetSearchTests {
    /// The time so many hours after the beginning of all tests.
    private func time(_ hours: Int) -> Timestamp {
        PlanRows.now.advanced(by: .hours(hours))
    }

    private func search(
        _ target: OffsetSearch.Target,
        retentionHours: Int? = nil,
        end: Int64,
        trim: Int64 = 0,
        at hours: Int = 0
    ) -> OffsetSearch {
        var progress = ProgressRow(stream: PlanRows.stream, partition: partition(0))
        progress.trimmedBelow = offset(trim)
        return OffsetSearch(
            for: target,
            in: partition(0),
            of: .test(retentionHours: retentionHours),
            endingAt: PartitionEnd(next: offset(end), progress: progress),
            now: time(hours),
            rules: .all
        )
    }

    /// Runs a search to its end; between looks `meanwhile` may change the rows.
    private func run(
        _ search: consuming OffsetSearch,
        in rows: PlanRows,
        meanwhile: (inout PlanRows) -> Void = { _ in }
    ) throws -> (offset: Int64, learned: EarliestOffset?, reads: Int, pauses: Int) {
        var (rows, reads, pauses) = (rows, 0, 0)
        var action = search.start()
        while true {
            switch action {
            case .read(let query):
                reads += 1
                action = search.receive(.success(rows.page(query)))
            case .pause:
                pauses += 1
                meanwhile(&rows)
                action = search.resume()
            case .finish(let offset, let learned): return (offset.rawValue, learned, reads, pauses)
            case .fail(let refusal): throw refusal
            }
        }
    }

    @Test("An empty partition needs no read, and its end is worth remembering")
    func empty() throws {
        let found = try run(search(.earliest(nil), end: 0), in: PlanRows())
        #expect(found.offset == 0 && found.reads == 0 && found.learned?.offset == .zero)
        let timed = try run(search(.timestamp(time(0)), end: 0), in: PlanRows())
        #expect(timed.offset == 0 && timed.reads == 0 && timed.learned == nil)
    }

    @Test("What is remembered saves the search while its chunk has not expired")
    func remembered() throws {
        var rows = PlanRows()
        _ = rows.append([(2, time(0)), (3, time(5))], to: partition(0), retentionHours: 10)
        let first = try run(search(.earliest(nil), retentionHours: 10, end: 5), in: rows)
        #expect(first.offset == 0)
        let second = try run(
            search(.earliest(first.learned), retentionHours: 10, end: 5, at: 9),
            in: PlanRows()
        )
        #expect(second.offset == 0 && second.reads == 0 && second.learned == nil)
        let third = try run(
            search(.earliest(first.learned), retentionHours: 10, end: 5, at: 11),
            in: rows
        )
        #expect(third.offset == 2 && third.reads == 1 && third.learned?.offset == offset(2))
    }

    @Test("What was found by a clock ahead, under a shorter retention or below a trim, is void")
    func voided() throws {
        var rows = PlanRows()
        _ = rows.append([(2, time(0)), (3, time(5))], to: partition(0), retentionHours: 10)
        let found = try run(search(.earliest(nil), retentionHours: 10, end: 5, at: 11), in: rows)
        let known = try #require(found.learned)
        let stream = StreamRow.test(retentionHours: 10)
        #expect(known.offset == offset(2))
        #expect(known.holds(for: stream, at: time(11), trimmedBelow: offset(2)))
        #expect(!known.holds(for: stream, at: time(10), trimmedBelow: .zero))
        #expect(!known.holds(for: stream, at: time(11), trimmedBelow: offset(3)))
        #expect(!known.holds(for: .test(retentionHours: 11), at: time(11), trimmedBelow: .zero))
        #expect(!known.holds(for: .test(retentionHours: nil), at: time(11), trimmedBelow: .zero))
        #expect(known.holds(for: .test(retentionHours: 9), at: time(11), trimmedBelow: .zero))
    }

    @Test("A chunk that appears during a pause is found; one that does not is not remembered")
    func gap() throws {
        var rows = PlanRows()
        let chunks = rows.append([(2, time(0)), (3, time(0))], to: partition(0))
        rows[chunks[0].item.key] = nil
        let late = try run(search(.earliest(nil), end: 5), in: rows) { $0.put(chunks[0].item) }
        #expect(late.offset == 0 && late.pauses == 1 && late.learned?.offset == .zero)
        let never = try run(search(.earliest(nil), end: 5), in: rows)
        #expect(never.offset == 2 && never.pauses == Limits.gapLooks && never.learned == nil)
    }

    @Test("A failed read ends it with its error, damage with the chunk's place")
    func failures() throws {
        var rows = PlanRows()
        let chunks = rows.append([(2, time(0)), (3, time(1))], to: partition(0))
        let damage = TableError(
            .definite,
            reason: .corrupt,
            message: "test",
            row: chunks[1].item.key
        )
        let place = Refusal.read(
            .corrupt(partition(0), offset(2), detail: "test"),
            in: PlanRows.name
        )
        for (error, expected) in [
            (PlanRows.table, .read(.table(PlanRows.table), in: PlanRows.name)), (damage, place),
        ] as [(TableError, Refusal)] {
            var search = search(.earliest(nil), end: 5)
            guard case .read = search.start(),
                case .fail(let refusal) = search.receive(.failure(error))
            else {
                Issue.record("a failed read did not end it")
                continue
            }
            #expect(refusal == expected)
        }
        var row = chunks[1].item
        row[.batch] = .bytes([1, 2, 3])
        rows.put(row)
        #expect {
            _ = try run(search(.timestamp(time(1)), end: 5), in: rows)
        } throws: { error in
            guard case .read(.corrupt(_, let first, _), in: _)? = error as? Refusal else {
                return false
            }
            return first == offset(2)
        }
    }

    @Test(
        "In random logs it finds what a scan finds, with what is remembered or without",
        arguments: RandomSeed.cases(60)
    )
    func asAScan(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var rows = PlanRows()
        let retention = Bool.random(using: &random) ? Int.random(in: 50...90, using: &random) : nil
        var hours = 0
        let sizes = (0..<Int.random(in: 1...12, using: &random)).map { _ in
            hours += Int.random(in: 0...12, using: &random)
            return (Int.random(in: 1...4, using: &random), time(hours))
        }
        let chunks = rows.append(sizes, to: partition(0), retentionHours: retention)
        let end = try #require(chunks.last).end.rawValue

        var remembered: EarliestOffset?
        var now = 0
        for _ in 0..<12 {
            now += Int.random(in: 0...25, using: &random)
            let expiration = Expiration(of: .test(retentionHours: retention), at: time(now))
            let expected = chunks.first { !expiration.covers($0) }?.first.rawValue ?? end
            let found = try run(
                search(.earliest(remembered), retentionHours: retention, end: end, at: now),
                in: rows
            )
            #expect(found.offset == expected, "after \(now) hours")
            if let learned = found.learned { remembered = learned }

            let wanted = time(Int.random(in: -1...hours + 1, using: &random))
            let first = chunks.first { $0.timestamp >= wanted && !expiration.covers($0) }
            let timed = try run(
                search(.timestamp(wanted), retentionHours: retention, end: end, at: now),
                in: rows
            )
            #expect(timed.offset == first?.first.rawValue ?? end, "from \(wanted)")
        }
    }
}
