import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A change of a delivery's row")
struct DeliveryChangeTests {
    private static let first = LeaseID(rawValue: 1)
    static let second = LeaseID(rawValue: 2)
    static let now = PlanRows.now
    /// When the leases of these tests began.
    private static let granted = now.advanced(by: .seconds(-20))

    private static let timer = RowTimer(version: 4, start: granted, length: .seconds(30))

    private static let failure = FailureContext(
        firstDelivery: now.advanced(by: .seconds(-90)),
        lastFailure: now.advanced(by: .seconds(-80)),
        cause: .nack,
        consumer: "earlier",
        reason: "before"
    )

    func event(
        _ value: Int64,
        _ key: String = "a",
        _ state: OpenEvent.State = .held(LeaseID(rawValue: 1)),
        x deliveries: Int = 1,
        failure: FailureContext? = nil,
        isReplay: Bool = false
    ) -> OpenEvent {
        OpenEvent(
            offset(value),
            key: DeliveryRows.hash(key),
            state: state,
            deliveries: deliveries,
            failure: failure,
            isReplay: isReplay
        )
    }

    /// A change of a row with these events, whose log was looked at up to offset 10.
    func change(
        _ events: [OpenEvent],
        policy: DeliveryPolicy = DeliveryPolicy(),
        parked: Int64 = 0,
        chance: UInt64 = 1,
        room: Int = Limits.parkingsAtOnce
    ) -> DeliveryChange {
        var row = DeliveryRow(of: DeliveryRows("a").subscription, in: partition(0), after: nil)
        for event in events {
            row.open.put(event)
            guard let id = event.lease else { continue }
            let name = "c\(id.rawValue)"
            row.open.put(
                EventLease(id, timer: Self.timer, granted: Self.granted, consumer: name)
            )
        }
        (row.scanned, row.parked) = (offset(10), parked)
        return DeliveryChange(
            of: row,
            by: policy,
            rules: .all,
            now: Self.now,
            chance: chance,
            room: room
        )
    }

    /// Verdicts on what a lease of these tests holds.
    private func verdicts(
        _ lease: UInt64,
        _ events: [Int64: Verdict] = [:],
        acksOthers: Bool = false,
        lasting: Duration? = nil
    ) -> Verdicts {
        DeliveryRows.verdicts(
            lease,
            events,
            acksOthers: acksOthers,
            lasting: lasting,
            granted: Self.granted
        )
    }

    func words(_ change: DeliveryChange) -> String {
        DeliveryRows.words(change.row.open.events, keys: ["a", "b", "c"])
    }

    private func missed(_ change: DeliveryChange) -> [String] {
        change.notHeld.map { "\($0.offset.rawValue) \($0.reason.rawValue)" }
    }

    /// The row and the verdicts that reached nothing, after verdicts by the first lease.
    private func outcome(
        of events: [Int64: Verdict],
        acksOthers: Bool = false,
        on open: [OpenEvent],
        policy: DeliveryPolicy = DeliveryPolicy()
    ) -> [String] {
        var change = change(open, policy: policy)
        let left = change.apply(verdicts(1, events, acksOthers: acksOthers))
        #expect(left.isEmpty)
        return [words(change)] + missed(change)
    }

    // MARK: Verdicts

    @Test("A verdict ends what the lease holds, and nothing else")
    func verdicts() {
        let others: [(OpenEvent, String)] = [
            (event(0, "a", .held(Self.second)), "0a held 2 x1"),
            (event(0, "a", .ready), "0a ready x1"),
            (event(0, "a", .waiting(Self.timer)), "0a waiting x1"),
            (event(0, "a", .parked, x: 0), "0a parked x0"),
        ]
        let results: [(Verdict, String)] = [
            (.ack, ""), (.failed, "0a waiting x1"), (.refused, ""), (.release, "0a ready x0"),
        ]
        for (verdict, expected) in results {
            #expect(outcome(of: [0: verdict], on: [event(0)]) == [expected], "\(verdict)")
            for (event, unchanged) in others {
                let found = outcome(of: [0: verdict], on: [event])
                #expect(found == [unchanged, "0 lease_over"], "\(verdict) \(unchanged)")
            }
            // What is not open is finished, or was never handed out.
            let found = outcome(of: [3: verdict, 10: verdict], on: [event(0)])
            #expect(found == ["0a held 1 x1", "3 finished", "10 lease_over"], "\(verdict)")
        }
    }

    @Test("A verdict on what a lease held before does not reach what it holds now")
    func formerGrants() {
        let former = DeliveryRows.verdicts(
            1,
            [0: .ack, 3: .reject(reason: "")],
            acksOthers: true,
            lasting: .seconds(40),
            granted: Self.granted.advanced(by: .milliseconds(-1))
        )
        var change = change([event(0), event(1, "b"), event(2, "b", .ready)])
        _ = change.apply(former)
        #expect(!change.isChanged && missed(change) == ["0 lease_over", "3 finished"])
    }

    @Test("Verdicts are counted, and change the row only where they reach something")
    func counts() {
        var change = change([event(0), event(1, "b"), event(2, "c"), event(3, "c", .ready)])
        #expect(!change.isChanged)
        _ = change.apply(verdicts(1, [3: .ack, 9: .refused]))
        #expect(!change.isChanged && change.notHeld.count == 2)
        _ = change.apply(verdicts(1, [0: .ack, 1: .failed, 2: .refused]))
        #expect(change.isChanged && change.row.version == 1)
        #expect(change.acknowledged == 1 && change.finished == [.zero])
        #expect(change.failures == 1 && change.parkings.map(\.event.offset) == [offset(2)])
        #expect(change.row.parked == 1 && change.row.open.leases.isEmpty)
    }

    @Test("All that is not named is done, of this lease alone")
    func others() {
        let events = [
            event(0), event(1, "b"), event(2, "b"), event(3, "c", .held(Self.second)),
            event(4, "c", .ready),
        ]
        let left = "3c held 2 x1, 4c ready x1"
        #expect(outcome(of: [:], acksOthers: true, on: events) == [left])
        let failed = outcome(of: [1: .failed], acksOthers: true, on: events)
        #expect(failed == ["1b waiting x1, 2b ready x0, \(left)", "2 out_of_order"])
    }

    @Test("In a key an event is done after those before it, or comes again")
    func keyOrder() {
        let events = [event(0), event(1, "b"), event(2)]
        for (verdicts, expected) in [
            ([2: .ack], ["0a held 1 x1, 1b held 1 x1, 2a ready x0", "2 out_of_order"]),
            ([2: .ack, 0: .ack], ["1b held 1 x1"]),
            ([1: .ack], ["0a held 1 x1, 2a held 1 x1"]),
            (
                [0: .failed, 2: .ack],
                ["0a waiting x1, 1b held 1 x1, 2a ready x0", "2 out_of_order"]
            ),
            ([0: .failed], ["0a waiting x1, 1b held 1 x1, 2a ready x0"]),
            ([0: .failed, 2: .failed], ["0a waiting x1, 1b held 1 x1, 2a ready x0"]),
            ([0: .failed, 2: .release], ["0a waiting x1, 1b held 1 x1, 2a ready x0"]),
            (
                [0: .release, 2: .ack],
                ["0a ready x0, 1b held 1 x1, 2a ready x0", "2 out_of_order"]
            ),
            ([0: .release], ["0a ready x0, 1b held 1 x1, 2a held 1 x1"]),
            ([0: .refused], ["1b held 1 x1, 2a held 1 x1"]),
            ([0: .refused, 2: .ack], ["1b held 1 x1"]),
            ([0: .ack, 2: .failed], ["1b held 1 x1, 2a waiting x1"]),
        ] as [([Int64: Verdict], [String])] {
            #expect(outcome(of: verdicts, on: events) == expected, "\(verdicts)")
        }
    }

    @Test("An event that is to come again, wherever it is, keeps the later ones of its key open")
    func unfinishedElsewhere() {
        for (state, isDone) in [
            (.ready, false), (.waiting(Self.timer), false), (.held(Self.first), false),
            (.held(Self.second), true), (.parked, true),
        ] as [(OpenEvent.State, Bool)] {
            var change = change([event(0, "a", state), event(2)])
            _ = change.apply(verdicts(1, [2: .ack]))
            #expect((change.acknowledged == 1) == isDone, "\(state)")
        }
        // One that was parked was passed by before: only the same lease must keep the order.
        for (state, isDone) in [
            (.ready, true), (.waiting(Self.timer), true), (.held(Self.second), true),
            (.held(Self.first), false),
        ] as [(OpenEvent.State, Bool)] {
            var change = change([event(0, "a", state, isReplay: true), event(2)])
            _ = change.apply(verdicts(1, [2: .ack]))
            #expect((change.acknowledged == 1) == isDone, "\(state)")
        }
    }

    @Test("An event that is rejected behind a failed one of its key keeps its count and consumer")
    func rejectedBehind() throws {
        var change = change([event(0), event(2, x: 3)])
        let reject = Verdict.reject(reason: "bad")
        _ = change.apply(verdicts(1, [0: .failed, 2: reject]))
        #expect(words(change) == "0a waiting x1" && change.notHeld.isEmpty)
        let entry = try #require(change.parkings.first?.entry)
        #expect(entry.deliveries == 3 && entry.consumer == "c1")
        #expect(entry.lastDelivery == Self.granted && entry.reason == "bad")
    }

    @Test("Without an order no event waits for another")
    func unordered() {
        let policy = DeliveryPolicy(order: .none)
        let events = [event(0), event(1), event(2)]
        for (verdicts, expected) in [
            ([2: .ack], "0a held 1 x1, 1a held 1 x1"),
            ([0: .failed, 2: .ack], "0a waiting x1, 1a held 1 x1"),
            ([0: .refused], "1a held 1 x1, 2a held 1 x1"),
        ] as [([Int64: Verdict], String)] {
            #expect(outcome(of: verdicts, on: events, policy: policy) == [expected])
        }
    }

    @Test("Where a key is held, its parked event stays and the later ones are given back")
    func hold() {
        let policy = DeliveryPolicy(maxDeliveries: 2, exhaustion: .hold)
        let events = [event(0, x: 2), event(1, "b"), event(2)]
        for (verdicts, missed) in [
            ([0: .refused], []), ([0: .failed], []), ([0: .refused, 2: .ack], ["2 out_of_order"]),
        ] as [([Int64: Verdict], [String])] {
            let found = outcome(of: verdicts, on: events, policy: policy)
            #expect(found == ["0a parked x0, 1b held 1 x1, 2a ready x0"] + missed, "\(verdicts)")
        }
        let park = DeliveryPolicy(maxDeliveries: 2)
        #expect(
            outcome(of: [0: .refused], on: events, policy: park) == ["1b held 1 x1, 2a held 1 x1"]
        )
        // One that fails for the last time is as any other failure for those behind it.
        #expect(
            outcome(of: [0: .failed], on: events, policy: park) == ["1b held 1 x1, 2a ready x0"]
        )
    }

    @Test("An event that is parked by hand takes those behind it along only where its key is held")
    func removal() {
        let events = [event(0), event(1, "b"), event(2), event(3, "a", .ready, x: 0)]
        for (exhaustion, expected) in [
            (.park, "1b held 1 x1, 2a held 1 x1, 3a ready x0"),
            (.hold, "0a parked x0, 1b held 1 x1, 2a ready x0, 3a ready x0"),
        ] as [(DeliveryPolicy.Exhaustion, String)] {
            var change = change(events, policy: DeliveryPolicy(exhaustion: exhaustion))
            change.remove(event(0), because: "broken")
            #expect(words(change) == expected)
            #expect(change.parkings.map(\.entry.consumer) == ["c1"])
        }
    }

    @Test("An event that was asked for again is gone from its row when it is done")
    func replays() {
        var change = change([event(0, isReplay: true), event(1, "b")], parked: 3)
        _ = change.apply(verdicts(1, acksOthers: true))
        #expect(change.finishedReplays == [.zero] && change.finished.count == 2)
        #expect(change.row.parked == 2 && change.row.open.isEmpty)
        var failing = self.change([event(0, x: 5, isReplay: true)], parked: 3)
        _ = failing.apply(verdicts(1, [0: .failed]))
        #expect(failing.row.parked == 3 && failing.parkings.map(\.event.isReplay) == [true])
    }

    @Test("What an open try may have finished counts as done once it is not there any more")
    func uncertain() {
        for (isOpen, acknowledged, expected) in [
            (true, 1, []), (false, 0, ["3 finished"]),
        ] as [(Bool, Int, [String])] {
            var change = change([event(0)])
            let verdict = verdicts(1, [3: .ack])
            _ = change.apply(verdict, uncertain: .init(finished: isOpen ? [offset(3)] : []))
            #expect(change.acknowledged == acknowledged && missed(change) == expected)
            #expect(!change.isChanged)
        }
        // One that is still there is finished now.
        var change = change([event(0)])
        _ = change.apply(verdicts(1, [0: .ack]), uncertain: .init(finished: [.zero]))
        #expect(change.acknowledged == 1 && change.isChanged)
    }

    @Test("Verdicts beyond what one transaction can park are left for the next")
    func manyParkings() {
        let events = (0..<95).map { event(Int64($0), "\($0)", isReplay: $0 % 2 == 1) }
        var wanted: [Int64: Verdict] = [:]
        for index in 0..<95 as Range<Int64> { wanted[index] = index % 2 == 1 ? .ack : .refused }
        var change = change(events, parked: 50)
        let left = change.apply(verdicts(1, wanted))
        #expect(change.parkings.count == 45 && change.finishedReplays.count == 45)
        #expect(left.keys.map(\.rawValue).sorted() == [90, 91, 92, 93, 94])
        #expect(left[offset(90)] == .refused && left[offset(91)] == .ack)
        #expect(change.row.open.events.count == 5 && change.row.open.leases.count == 1)
        var few = self.change(events, room: 2)
        let most = few.apply(verdicts(1, wanted, acksOthers: true))
        #expect(most.count == 93 && !few.hasRoomToPark)
    }

    // MARK: Failures

    @Test("A failed event waits by its policy, or as long as its consumer asks")
    func pauses() throws {
        for (deliveries, pause, range) in [
            (1, nil, 800...1_200), (2, nil, 8_000...12_000), (4, nil, 240_000...360_000),
            (1, .seconds(77), 77_000...77_000), (3, .milliseconds(2), 2...2),
        ] as [(Int, Duration?, ClosedRange<Int64>)] {
            var pauses: Set<Int64> = []
            for chance in UInt64(0)..<40 {
                var change = change([event(0, x: deliveries)], chance: chance << 20)
                let verdict = Verdict.nack(after: pause, reason: "why")
                _ = change.apply(verdicts(1, [0: verdict]))
                let event = try #require(change.row.open.event(at: .zero))
                guard case .waiting(let timer) = event.state else {
                    Issue.record("\(event)")
                    return
                }
                #expect(timer.version == change.row.version && timer.start == Self.now)
                #expect(range.contains(timer.length.wholeMilliseconds))
                pauses.insert(timer.length.wholeMilliseconds)
                #expect(event.failure?.reason == "why" && event.failure?.cause == .nack)
            }
            #expect(pauses.count > 1 || pause != nil)
        }
        #expect(
            outcome(of: [0: .nack(after: .zero, reason: "")], on: [event(0)]) == ["0a ready x1"]
        )
    }

    @Test("A failure keeps the time of the first, and tells of the last")
    func contexts() throws {
        var change = change([event(0, x: 2, failure: Self.failure), event(1, "b")])
        let reason = String(repeating: "é", count: 100)
        let nack = Verdict.nack(after: nil, reason: reason)
        _ = change.apply(verdicts(1, [0: nack, 1: nack]))
        let failures = try change.row.open.events.map { try #require($0.failure) }
        #expect(failures.map(\.firstDelivery) == [Self.failure.firstDelivery, Self.granted])
        #expect(failures.map(\.lastFailure) == [Self.now, Self.now])
        #expect(failures.map(\.consumer) == ["c1", "c1"])
        // Cut at a character's end.
        #expect(failures[0].reason.utf8.count == Limits.openReasonBytes)
        // The end of a lease tells of no reason, so the last that was given stays.
        var ending = self.change([event(0, x: 2, failure: Self.failure)])
        ending.endLeases { _ in true }
        let failure = try #require(ending.row.open.event(at: .zero)?.failure)
        #expect(failure.cause == .timeout && failure.reason == "before")
    }

    @Test("A parked event has its history: cause, reason, deliveries, times, consumer")
    func parkings() {
        let reject = Verdict.reject(reason: "bad")
        for (verdict, deliveries, failure, cause, reason) in [
            (reject, 1, nil, .rejected, "bad"), (.refused, 1, nil, .rejected, ""),
            (.refused, 3, Self.failure, .rejected, "before"),
            (.nack(after: nil, reason: "no"), 5, Self.failure, .maxDeliveries, "no"),
            (.failed, 5, Self.failure, .maxDeliveries, "before"),
        ] as [(Verdict, Int, FailureContext?, FailureCause, String)] {
            var change = change([event(0, x: deliveries, failure: failure)])
            _ = change.apply(verdicts(1, [0: verdict]))
            let expected = ParkingHistory.Entry(
                cause,
                reason: reason,
                deliveries: deliveries,
                firstDelivery: failure?.firstDelivery ?? Self.granted,
                lastDelivery: Self.granted,
                parked: Self.now,
                consumer: "c1"
            )
            #expect(change.parkings.map(\.entry) == [expected])
            #expect(change.parkings.map(\.hasContent) == [true] && change.row.parked == 1)
        }
    }

    @Test("The end of a lease is a failure of each of its events, which come again at once")
    func endOfLeases() {
        let events = [
            event(0), event(1, "b", x: 5), event(2), event(3, "c", .held(Self.second)),
            event(4, "c", .waiting(Self.timer)),
        ]
        var change = change(events)
        let timer = change.row.timer(Self.timer)
        change.endLeases { $0 == timer }
        #expect(words(change) == "0a ready x1, 2a ready x1, 3c ready x1, 4c waiting x1")
        #expect(change.failures == 4 && change.row.open.leases.isEmpty)
        #expect(change.parkings.map(\.entry.cause) == [.maxDeliveries])
        #expect(change.row.open.events.first?.failure?.cause == .timeout)
        var none = self.change(events)
        none.endLeases { _ in false }
        #expect(!none.isChanged)
    }

    @Test("What finds no room to be parked stays with its lease, whose end comes again")
    func endOfLeasesWithoutRoom() {
        var change = change((0..<4).map { event($0, "\($0)", x: 5) }, room: 2)
        change.endLeases { _ in true }
        #expect(change.parkings.count == 2 && change.row.open.leases.map(\.id) == [Self.first])
        #expect(change.row.open.events.map(\.offset.rawValue) == [2, 3])
    }

    @Test("A lease lasts as long as it is extended to, at most twelve hours in all")
    func extensions() {
        let twelve = Limits.longestLease
        for (asked, expected) in [
            (.seconds(90), .seconds(90)), (.seconds(5), .seconds(5)),
            (twelve, twelve - .seconds(20)),
            (twelve * 2, twelve - .seconds(20)),
        ] as [(Duration, Duration)] {
            var change = change([event(0), event(1, "b", .held(Self.second))])
            _ = change.apply(verdicts(1, lasting: asked))
            let timer = RowTimer(version: 1, start: Self.now, length: expected)
            #expect(change.row.open.leases.map(\.timer) == [timer, Self.timer])
            #expect(change.row.open.leases.map(\.granted) == [Self.granted, Self.granted])
            #expect(change.isChanged)
        }
        var none = change([event(0, "a", .held(Self.second))])
        _ = none.apply(verdicts(1, lasting: .seconds(9)))
        #expect(!none.isChanged)
        // One that is acknowledged whole is not there to be extended.
        var done = change([event(0)])
        _ = done.apply(verdicts(1, acksOthers: true, lasting: .seconds(9)))
        #expect(done.row.open == OpenEvents())
    }
}
