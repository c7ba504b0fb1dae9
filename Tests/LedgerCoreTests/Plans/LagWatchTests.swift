import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The lags that a process shows")
struct LagWatchTests {
    private let now = PlanRows.now

    private func name(_ index: Int) -> SubscriptionName {
        let digits = String(index + 100_000).dropFirst()
        return SubscriptionName(SubscriptionID(trusted: "u\(digits)"), of: PlanRows.name)
    }

    /// A description with so many events left, all ten seconds old.
    private func description(lag: Int64 = 0, partitions: Int = 1) -> SubscriptionDescription {
        let positions = (0..<partitions).map { _ in Position.log(.zero) }
        let places = (0..<partitions).map { index in
            SubscriptionDescription.PartitionState(
                partition: partition(index),
                offset: .zero,
                lag: index == 0 ? lag : 0,
                isBootstrapping: false,
                hasExpired: false,
                isBeyondTail: false,
                oldestPending: lag > 0 ? now.advanced(by: .seconds(-10)) : nil
            )
        }
        return SubscriptionDescription(
            SubscriptionState(
                stream: .test(partitions: partitions),
                subscription: .test(at: positions),
                positions: positions
            ),
            partitions: places,
            members: 0,
            at: now
        )
    }

    /// Asks for a round and does it; the names that were read, in order.
    @discardableResult
    private func round(
        of watch: inout LagWatch,
        at second: Int,
        partitions: Int = 1
    ) -> [SubscriptionName] {
        let uptime = Duration.seconds(second)
        _ = watch.report(at: uptime, now: now)
        var read: [SubscriptionName] = []
        while let name = watch.next(at: uptime) {
            read.append(name)
            watch.receive(description(lag: 1, partitions: partitions), of: name, at: uptime)
        }
        return read
    }

    @Test("Nothing is to be read until someone asks, and then not again for a while")
    func pace() {
        var watch = LagWatch()
        watch.see(name(1), at: .zero)
        #expect(!watch.isDue && watch.next(at: .seconds(1_000_000)) == nil)
        let first = watch.report(at: .seconds(5), now: now)
        #expect(watch.isDue && first.lags.isEmpty && first.notShown == 1)
        #expect(watch.next(at: .seconds(5)) == name(1) && !watch.isDue)
        watch.receive(description(lag: 7), of: name(1), at: .seconds(6))
        // The round is not over before its end was looked for.
        _ = watch.report(at: .seconds(500), now: now)
        #expect(!watch.isDue && watch.next(at: .seconds(6)) == nil)
        let pause = Limits.lagPause
        let shown = watch.report(at: .seconds(5) + pause - .milliseconds(1), now: now)
        #expect(!watch.isDue && shown.notShown == 0)
        #expect(shown.lags.map(\.events) == [7] && shown.lags[0].age == .seconds(10))
        _ = watch.report(at: .seconds(5) + pause, now: now)
        #expect(watch.isDue)
    }

    @Test("Ages grow between rounds, and what was read too long ago is not shown")
    func ages() {
        var watch = LagWatch()
        watch.see(name(1), at: .zero)
        round(of: &watch, at: 0)
        let later = watch.report(at: .seconds(100), now: now.advanced(by: .seconds(100)))
        #expect(later.lags.map(\.age) == [.seconds(110)])
        let last = watch.report(at: Limits.lagReadingAge, now: now)
        #expect(last.lags.count == 1 && last.notShown == 0)
        let over = watch.report(at: Limits.lagReadingAge + .milliseconds(1), now: now)
        #expect(over.lags.isEmpty && over.notShown == 1)
    }

    @Test("Those beyond the bound are counted, and those beyond the count are not")
    func bound() {
        var watch = LagWatch()
        let most = Limits.lagPlaces + Limits.lagOthers
        for index in 0..<most + 5 { watch.see(name(index), at: .zero) }
        let read = round(of: &watch, at: 1)
        #expect(read == (0..<Limits.lagPlaces).map(name))
        let report = watch.report(at: .seconds(1), now: now)
        #expect(report.lags.map(\.name) == read && report.notShown == Limits.lagOthers)
    }

    @Test("Who has a place keeps it from others for a day, however still it stands")
    func keeping() {
        var watch = LagWatch()
        for index in 0..<Limits.lagPlaces { watch.see(name(index), at: .seconds(index)) }
        let day = Int(Limits.lagPlaceAge.wholeSeconds)
        // All but the first two are used to the end.
        for index in 2..<Limits.lagPlaces { watch.see(name(index), at: .seconds(day)) }
        for index in 200..<210 { watch.see(name(index), at: .seconds(day - 10 + index - 200)) }
        #expect(round(of: &watch, at: day - 1).contains(name(0)))
        // After a day the first gives way, to the one that was used last.
        let read = round(of: &watch, at: day + 60)
        #expect(!read.contains(name(0)) && !read.contains(name(1)))
        #expect(read.contains(name(209)) && read.contains(name(208)) && !read.contains(name(207)))
        #expect(read.count == Limits.lagPlaces)
        #expect(watch.report(at: .seconds(day + 60), now: now).notShown == 8)
        // Who comes back later waits as the others do, and those who don't are forgotten in the end.
        watch.see(name(0), at: .seconds(day + 61))
        #expect(watch.report(at: .seconds(day + 61), now: now).notShown == 9)
        for used in read { watch.see(used, at: .seconds(2 * day + 30)) }
        round(of: &watch, at: 2 * day + 30)
        #expect(watch.report(at: .seconds(2 * day + 30), now: now).notShown == 1)
    }

    @Test("Nobody gives way while nobody needs the place")
    func roomForAll() {
        var watch = LagWatch()
        watch.see(name(1), at: .zero)
        let year = Int(Limits.lagPlaceAge.wholeSeconds) * 365
        #expect(round(of: &watch, at: year) == [name(1)])
    }

    @Test("A subscription that is gone leaves its place to another")
    func forgotten() {
        var watch = LagWatch()
        for index in 0...Limits.lagPlaces { watch.see(name(index), at: .zero) }
        #expect(round(of: &watch, at: 0).count == Limits.lagPlaces)
        watch.forget(name(3))
        // What is read of it meanwhile brings it not back.
        watch.receive(description(), of: name(3), at: .seconds(1))
        #expect(!watch.report(at: .seconds(1), now: now).lags.map(\.name).contains(name(3)))
        let read = round(of: &watch, at: 100)
        #expect(read.contains(name(Limits.lagPlaces)) && !read.contains(name(3)))
        #expect(watch.report(at: .seconds(100), now: now).notShown == 0)
    }

    @Test("A round ends with enough partitions, and the next goes on with what was left")
    func rounds() {
        var watch = LagWatch()
        for index in 0..<Limits.lagPlaces { watch.see(name(index), at: .zero) }
        let share = Limits.lagRoundPartitions / 100
        var seen: Set<SubscriptionName> = []
        for turn in 0..<Limits.lagPlaces / share {
            let read = round(of: &watch, at: turn * 60, partitions: 100)
            #expect(read.count == share && seen.isDisjoint(with: read), "\(turn)")
            seen.formUnion(read)
        }
        #expect(seen.count == Limits.lagPlaces)
        // All are shown, the first of them until its turn comes again.
        let end = Limits.lagPlaces / share * 60
        #expect(watch.report(at: .seconds(end), now: now).lags.count == Limits.lagPlaces)
    }

    @Test("What can't be read is shown as it was, is tried in each round, and holds up nobody")
    func failing() {
        var watch = LagWatch()
        for index in 0..<3 { watch.see(name(index), at: .zero) }
        round(of: &watch, at: 0)
        _ = watch.report(at: .seconds(60), now: now)
        var read: [SubscriptionName] = []
        while let next = watch.next(at: .seconds(60)) {
            read.append(next)
            if next != name(1) { watch.receive(description(lag: 5), of: next, at: .seconds(60)) }
        }
        #expect(read == [name(0), name(1), name(2)])
        #expect(watch.report(at: .seconds(61), now: now).lags.map(\.events) == [5, 1, 5])
        #expect(round(of: &watch, at: 120) == [name(1), name(0), name(2)])
    }

    @Test("Whatever happens, no more are shown or kept than the limits say", arguments: 0..<10)
    func walk(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var watch = LagWatch()
        var uptime = Duration.zero
        var seen: Set<SubscriptionName> = []
        for _ in 0..<200 {
            uptime += .seconds(Int.random(in: 0...3_600, using: &random))
            for _ in 0..<10 {
                let some = name(Int.random(in: 0..<150, using: &random))
                watch.see(some, at: uptime)
                seen.insert(some)
            }
            watch.forget(name(Int.random(in: 0..<150, using: &random)))
            while let next = watch.next(at: uptime), Int.random(in: 0..<50, using: &random) > 0 {
                watch.receive(description(lag: 1), of: next, at: uptime)
            }
            let report = watch.report(at: uptime, now: now)
            let names = report.lags.map(\.name)
            #expect(names.count <= Limits.lagPlaces && names == names.sorted())
            #expect(names.count + report.notShown <= seen.count)
            #expect(seen.isSuperset(of: names))
        }
    }
}
