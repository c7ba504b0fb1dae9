import Testing

@testable import LedgerCore

@Suite("The time of an event")
struct EventTimePlanTests {
    private let log = RowGroup.log(PlanRows.stream, partition(0))

    private func plan(at offset: Int64) -> EventTimePlan {
        EventTimePlan(at: LedgerCoreTests.offset(offset), of: partition(0), in: .test())
    }

    /// What a plan finds in these rows, and in how many reads.
    private func find(at offset: Int64, in rows: PlanRows) -> (time: Timestamp?, reads: Int)? {
        var plan = plan(at: offset)
        var action = plan.start()
        var reads = 0
        while true {
            switch action {
            case .read(let query):
                reads += 1
                #expect(query.limit == 1 && query.group == log)
                action = plan.receive(.success(rows.page(query)))
            case .finish(let time): return (time, reads)
            case .fail: return nil
            }
        }
    }

    /// Chunks [0, 2), [2, 5) and [5, 6), of times a second apart.
    private func rows() -> (rows: PlanRows, times: [Timestamp], chunks: [ChunkRow]) {
        var rows = PlanRows()
        let times = (0..<3).map { PlanRows.now.advanced(by: .seconds($0)) }
        let chunks = rows.append(
            [(2, times[0]), (3, times[1]), (1, times[2])],
            to: partition(0)
        )
        return (rows, times, chunks)
    }

    @Test("The chunk around an offset has its time, in one read")
    func around() throws {
        let (rows, times, _) = rows()
        for (offset, chunk) in [(0, 0), (1, 0), (2, 1), (4, 1), (5, 2)] {
            let found = try #require(find(at: Int64(offset), in: rows))
            #expect(found.time == times[chunk] && found.reads == 1, "\(offset)")
        }
    }

    @Test("Where the chunk is gone, the next one's time counts, and none where there is none")
    func behind() throws {
        var (rows, times, chunks) = rows()
        rows[chunks[1].item.key] = nil
        for offset in [2, 3, 4] {
            let found = try #require(find(at: Int64(offset), in: rows))
            #expect(found.time == times[2] && found.reads == 2, "\(offset)")
        }
        rows[chunks[0].item.key] = nil
        #expect(try #require(find(at: 0, in: rows)).time == times[2])
        #expect(try #require(find(at: 6, in: rows)).time == nil)
        #expect(try #require(find(at: 0, in: PlanRows())).time == nil)
    }

    @Test("A seal is no event")
    func sealed() throws {
        var (rows, _, _) = rows()
        rows.put(
            LogEntry.sealItem(stream: PlanRows.stream, partition: partition(0), at: offset(6))
        )
        let found = try #require(find(at: 6, in: rows))
        #expect(found.time == nil && found.reads == 2)
    }

    @Test("A read that fails, and damage, are no missing event", arguments: [1, 2])
    func failures(_ read: Int) throws {
        let (_, _, chunks) = rows()
        var damaged = chunks[0].item
        damaged[.timestamp] = nil
        for page in [.failure(PlanRows.table), .success(QueryPage(items: [damaged], next: nil))]
            as [Result<QueryPage, TableError>]
        {
            var plan = plan(at: 4)
            _ = plan.start()
            if read == 2 { _ = plan.receive(.success(QueryPage(items: [], next: nil))) }
            guard case .fail(.read(_, in: PlanRows.name)) = plan.receive(page) else {
                Issue.record("\(page) was taken for an answer")
                continue
            }
        }
    }
}
