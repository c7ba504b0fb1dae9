import LedgerTesting
import Testing

/// The judge of what consumers do must itself notice each thing that it is there for.
@Suite("Judging what consumers did")
struct WorkRecordTests {
    private static func event(
        _ offset: Int,
        key: String = "a",
        in partition: Int = 0
    )
        -> History.Event
    {
        History.Event(partition: partition, offset: offset, key: key, value: "v\(offset)")
    }

    private static let log = [event(0), event(1, key: "b"), event(2), event(3, key: "b")]

    private func violations(
        of done: [History.Event],
        parked: Set<History.Event> = []
    ) -> [String] {
        let record = WorkRecord()
        for event in done { record.finish(event) }
        return record.violations(log: Self.log, parked: parked)
    }

    @Test("Keys may pass each other, and what was done may be done again")
    func allowed() {
        let log = Self.log
        #expect(violations(of: log).isEmpty)
        #expect(violations(of: [log[1], log[3], log[0], log[2]]).isEmpty)
        #expect(violations(of: [log[0], log[2], log[0], log[1], log[3], log[2]]).isEmpty)
    }

    @Test("An event that nobody did is skipped, unless it is parked")
    func skipped() {
        let done = Array(Self.log.dropLast())
        #expect(violations(of: done).count == 1)
        #expect(violations(of: done, parked: [Self.log[3]]).isEmpty)
    }

    @Test("A first success behind a later one of its key is out of order, unless it is parked")
    func overtaken() {
        let done = [Self.log[2], Self.log[0], Self.log[1], Self.log[3]]
        #expect(violations(of: done).count == 1)
        #expect(violations(of: done, parked: [Self.log[0]]).isEmpty)
        #expect(violations(of: done, parked: [Self.log[2]]).count == 1)
    }

    @Test("An event that was done or parked, and is not in the log, was made up")
    func strangers() {
        let stranger = Self.event(0, in: 1)
        #expect(violations(of: Self.log + [stranger]).count == 1)
        #expect(violations(of: Self.log, parked: [stranger]).count == 1)
    }

    @Test("The same key in another partition is another key")
    func partitions() {
        let record = WorkRecord()
        let log = [Self.event(5), Self.event(2, in: 1)]
        for event in log { record.finish(event) }
        record.finish(log[0])
        #expect(record.violations(log: log).isEmpty)
        #expect(record.count == 2 && record.repetitions == 1)
    }
}
