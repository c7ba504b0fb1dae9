import LedgerCore
import Testing

@Suite("Rows of the sweep")
struct SweepRowTests {
    private static let start = Timestamp(milliseconds: 1_767_225_600_000)
    private static let someone = SweepHolder(high: 1, low: 2)
    private static let stream = StreamIncarnation(high: 1, low: 2)

    private static func later(_ length: Duration) -> Timestamp {
        start.advanced(by: length)
    }

    @Test("A round is due at first, then six hours after the last one began")
    func due() {
        var row = SweepRow()
        #expect(row.isDue(at: Self.start))
        row.begin(at: Self.start)
        row.advance(to: [1], count: 700)
        row.begin(at: Self.later(.seconds(1)))
        #expect(row.round == .running(after: [1]) && row.began == Self.start)
        row.finish(after: 300)
        #expect(row.size == 1000)
        #expect(!row.isDue(at: Self.later(Limits.sweepEvery - .milliseconds(1))))
        #expect(row.isDue(at: Self.later(Limits.sweepEvery)))
    }

    @Test("A round that is asked for begins after the one that runs, and once")
    func wanted() {
        var row = SweepRow()
        row.begin(at: Self.start)
        row.want()
        row.advance(to: [1], count: 1)
        #expect(row.round == .running(after: [1]))
        row.finish(after: 0)
        #expect(row.isDue(at: Self.later(.milliseconds(1))))
        row.begin(at: Self.later(.milliseconds(1)))
        row.finish(after: 1)
        #expect(!row.isDue(at: Self.later(.milliseconds(2))))
    }

    @Test("What a clock that was ahead has written holds nobody up")
    func clockAhead() {
        var row = SweepRow()
        row.begin(at: Self.later(.hours(216)))
        row.finish(after: 1)
        row.lease(to: Self.someone, at: Self.later(.hours(9 * 24)), for: .seconds(60))
        #expect(row.isDue(at: Self.start))
        #expect(!row.isHeld(at: Self.start))
    }

    @Test("The lease is held until it is released or ends")
    func lease() {
        var row = SweepRow()
        #expect(!row.isHeld(at: Self.start))
        row.lease(to: Self.someone, at: Self.start, for: .seconds(60))
        #expect(row.isHeld(at: Self.later(.milliseconds(59_999))))
        #expect(!row.isHeld(at: Self.later(.seconds(60))))
        row.release()
        #expect(!row.isHeld(at: Self.start))
        row.lease(to: Self.someone, at: Self.start, for: .hours(1_000_000))
        #expect(row.isHeld(at: Self.start) && !row.isHeld(at: Self.later(Limits.sweepLease)))
    }

    @Test("However many streams there are, a round is done in a quarter of its time")
    func pace() {
        var row = SweepRow()
        #expect(row.pace == Limits.sweepPace)
        row.begin(at: Self.start)
        row.finish(after: 1_000_000)
        #expect(row.pace * Limits.sweepRuns >= 999_900)
        #expect(Limits.sweepRun * Limits.sweepRuns * 4 <= Limits.sweepEvery)
    }

    @Test("A row is read as it was written, and written over that version only")
    func roundTrip() throws {
        var row = SweepRow()
        guard case .put(let first) = row.write().operation else { return }
        #expect(try SweepRow(first) == row)
        row.begin(at: Self.start)
        row.advance(to: Array("orders".utf8), count: 3)
        row.want()
        row.lease(to: Self.someone, at: Self.start, for: .seconds(60))
        let write = row.write()
        #expect(write.condition?.holds(for: first) == true)
        #expect(write.condition?.holds(for: row.item) == false)
        #expect(try SweepRow(row.item) == row)
        var damaged = row.item
        damaged[.state] = .string("sideways")
        #expect(throws: TableError.self) { try SweepRow(damaged) }
    }

    @Test("A kept ring is taken away only while nobody rang again")
    func rings() throws {
        let id = try #require(StreamID("orders"))
        let partition = try #require(Partition(7))
        let ring = KeptRingRow(
            id: id,
            stream: Self.stream,
            partition: partition,
            token: RingToken(high: 3, low: 4)
        )
        #expect(try KeptRingRow(ring.item) == ring)
        #expect(ring.removal.condition?.holds(for: ring.item) == true)
        let again = KeptRingRow(
            id: id,
            stream: Self.stream,
            partition: partition,
            token: RingToken(high: 3, low: 5)
        )
        #expect(ring.removal.condition?.holds(for: again.item) == false)
        var damaged = ring.item
        damaged[.stream] = .string("no name!")
        #expect(throws: TableError.self) { try KeptRingRow(damaged) }
    }

    @Test("A stream's name is read as it was written")
    func names() throws {
        let name = StreamNameRow(stream: Self.stream, id: try #require(StreamID("orders")))
        #expect(try StreamNameRow(name.item) == name)
        #expect(throws: TableError.self) { try StreamNameRow(Item(.streamName(Self.stream))) }
    }
}
