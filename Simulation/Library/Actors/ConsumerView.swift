import LedgerCore
import LedgerService

/// The knowledge a consumer has of a subscription: the possible positions, and the state it has folded.
struct ConsumerView {
    /// The same for one partition.
    private struct Lane {
        /// The position at which the next page must begin; nil when it may be anywhere.
        var next: Position?
        /// The position that is surely committed; nil for the one where the subscription began.
        var committed: Position?
        /// The positions that commits without an answer may have left, or may yet leave: they can be
        /// on their way for minutes.
        var open: Set<Position> = []
        /// The latest value of each key, as this consumer has folded it.
        var state: [[UInt8]: String?] = [:]
        /// True when ``state`` has everything from the beginning of a snapshot on.
        var isWhole = false
        /// By key: the offset at which the snapshot delivered it.
        var snapshot: [[UInt8]: Int64] = [:]
        /// True once a page has told where this partition stands.
        var isKnown = false
    }

    let stream: StreamIncarnation
    private let retentionHours: Int?
    private let startsCompacted: Bool
    private var lanes: [Lane]

    init(_ stream: StreamRow, startsCompacted: Bool) {
        self.stream = stream.incarnation
        retentionHours = stream.retentionHours
        self.startsCompacted = startsCompacted
        lanes = Array(repeating: Lane(), count: stream.partitionCount)
    }

    /// Goes back to what is committed.
    mutating func crash() {
        for index in lanes.indices {
            // More than one possible place: the next page tells.
            lanes[index].next = lanes[index].open.isEmpty ? lanes[index].committed : nil
            lanes[index].isKnown = lanes[index].next != nil
            lanes[index].state = [:]
            lanes[index].snapshot = [:]
            lanes[index].isWhole = false
        }
    }

    mutating func commitBegins() {
        for index in lanes.indices {
            if let next = lanes[index].next { lanes[index].open.insert(next) }
        }
    }

    mutating func commitEnded() {
        for index in lanes.indices {
            guard let next = lanes[index].next else { continue }
            lanes[index].open.remove(next)
            lanes[index].committed = next
        }
    }

    // MARK: Pages

    /// Takes a page and checks it.
    ///
    /// - Parameters:
    ///   - page: the answer to a poll.
    ///   - ends: the ends of all partitions before the poll.
    ///   - consumer: the one whose view this is.
    mutating func take(_ page: SubscriptionPage, ends: [Int64], of consumer: Consumer) {
        for event in page.page.events { take(event, in: page.page, of: consumer) }
        for (index, position) in page.page.positions.values.enumerated() {
            settle(index, at: position, after: page, ends: ends, of: consumer)
        }
    }

    private mutating func take(_ event: EventPage.Event, in page: EventPage, of consumer: Consumer)
    {
        let lane = event.partition.index
        let log = consumer.oracle.log(of: event.partition, in: stream)
        let place = "partition \(lane), offset \(event.offset.rawValue)"
        guard event.offset.rawValue < Int64(log.events.count) else {
            return consumer.oracle.report(
                "\(place): delivered, but not in the log",
                breaking: .delivery
            )
        }
        let real = log.events[Int(event.offset.rawValue)]
        switch event.source {
        case .log(let batch, let record):
            let batch = page.batches[batch]
            let type = String(decoding: batch.copy(batch.records[record].type), as: UTF8.self)
            if type != real.value {
                consumer.oracle.report("\(place): \(type), not \(real.value)", breaking: .delivery)
            }
            deliver(real, to: lane, at: place, of: consumer)
        case .snapshot(let index):
            let entry = page.snapshots[index]
            if entry.key.utf8 != real.key {
                consumer.oracle.report("\(place): another key's event", breaking: .delivery)
            }
            begin(lane)
            if lanes[lane].state[real.key] != nil, lanes[lane].isWhole {
                consumer.oracle.report(
                    "\(place): a key twice in the snapshot",
                    breaking: .bootstrap
                )
            }
            lanes[lane].state[real.key] = real.value
            lanes[lane].snapshot[real.key] = event.offset.rawValue
            lanes[lane].next = .snapshot(watermark: event.offset, after: entry.key)
        }
    }

    /// Notes the first page of a snapshot: from here on the whole state follows.
    private mutating func begin(_ lane: Int) {
        guard lanes[lane].next == nil, startsCompacted, !lanes[lane].isKnown else { return }
        guard lanes[lane].committed == nil, lanes[lane].open.isEmpty else { return }
        lanes[lane].isWhole = true
        lanes[lane].isKnown = true
    }

    private mutating func deliver(
        _ event: Oracle.Event,
        to lane: Int,
        at place: String,
        of consumer: Consumer
    ) {
        begin(lane)
        if case .log(let next)? = lanes[lane].next, next.rawValue != event.offset {
            consumer.oracle.report(
                "\(place): delivered where \(next.rawValue) comes next",
                breaking: .delivery
            )
        }
        if let before = lanes[lane].snapshot[event.key], before >= event.offset {
            consumer.oracle.report(
                "\(place): in the log, and at \(before) in the snapshot before",
                breaking: .delivery
            )
        }
        lanes[lane].state[event.key] = .some(event.isTombstone ? nil : event.value)
        if let next = Offset(event.offset + 1) { lanes[lane].next = .log(next) }
    }

    private mutating func settle(
        _ index: Int,
        at position: Position,
        after page: SubscriptionPage,
        ends: [Int64],
        of consumer: Consumer
    ) {
        begin(index)
        if case .log(let mine)? = lanes[index].next, case .log(let theirs) = position,
            mine != theirs
        {
            consumer.oracle.report(
                "partition \(index): the cursor stands at \(theirs.rawValue), the page ends at "
                    + "\(mine.rawValue)",
                breaking: .cursors
            )
        }
        lanes[index].next = position
        guard page.page.caughtUp, case .log(let offset) = position else { return }
        if offset.rawValue < ends[index] {
            consumer.oracle.report(
                "partition \(index): caught up at \(offset.rawValue), but it had \(ends[index])",
                breaking: .delivery
            )
        }
        check(index, upTo: offset.rawValue, of: consumer)
    }

    /// Promise 6: what was folded from a snapshot on equals the fold of the whole log.
    private func check(_ index: Int, upTo end: Int64, of consumer: Consumer) {
        let log = consumer.oracle.log(of: Partition.all(lanes.count)[index], in: stream)
        guard lanes[index].isWhole, !log.isLossy, end <= Int64(log.events.count) else { return }
        var expected: [[UInt8]: String] = [:]
        for event in log.events[..<Int(end)] {
            expected[event.key] = event.isTombstone ? nil : event.value
        }
        let actual = lanes[index].state.compactMapValues { $0 }
        guard actual != expected else { return }
        let keys = Set(actual.keys).union(expected.keys).filter { actual[$0] != expected[$0] }
        let names = keys.map { String(decoding: $0, as: UTF8.self) }.sorted()
        consumer.oracle.report(
            "partition \(index): bootstrap differs from the fold in \(names)",
            breaking: .bootstrap
        )
    }

    // MARK: Expiry

    /// Checks that a 410 is true: the events where the consumer stands have expired.
    func checkExpiry(_ partition: Partition, of consumer: Consumer) {
        guard case .log(let next)? = lanes[partition.index].next else { return }
        let log = consumer.oracle.log(of: partition, in: stream)
        guard next.rawValue < Int64(log.events.count) else { return }
        let age =
            SimulatedClock.beginning.advanced(by: consumer.world.now)
            - log.events[Int(next.rawValue)].timestamp
        // The shortest retention that any scenario sets is one hour.
        if age < .hours(1) - consumer.simulation.scenario.skew * 4 - .seconds(60) {
            consumer.oracle.report(
                "expired after \(age.wholeMilliseconds) ms, at \(next.rawValue)",
                breaking: .expiry
            )
        }
    }
}
