import LedgerCore
import LedgerTesting
import Testing

@testable import LedgerService

@Suite("A stream's waiting room")
struct WaitingRoomTests {
    private let stream = StreamIncarnation(high: 1, low: 1)
    private let anew = StreamIncarnation(high: 1, low: 2)
    private let partitions = Partition.all(4)

    private func offset(_ value: Int64) -> Offset { Offset(value) ?? .zero }

    private func stand(
        _ offsets: [Int64],
        first: Int = 0,
        of stream: StreamIncarnation? = nil,
        as subscription: SubscriptionRow? = nil
    ) -> AppendSignals.Stand {
        AppendSignals.Stand(
            stream: stream ?? self.stream,
            subscription: subscription,
            partitions: Array(partitions[first...].prefix(offsets.count)),
            offsets: offsets.map(offset)
        )
    }

    /// A continuation whose task ends with what it is resumed with.
    private func sleeper() async -> (WaitingRoom.Continuation, Task<AppendSignals.News, Never>) {
        let (stream, channel) = AsyncStream<WaitingRoom.Continuation>.makeStream()
        let task = Task { await withCheckedContinuation { channel.yield($0) } }
        for await continuation in stream { return (continuation, task) }
        preconditionFailure("the task yields its continuation")
    }

    /// Guests that wait, and what each was woken with.
    private struct Guests {
        var tasks: [UInt64: Task<AppendSignals.News, Never>] = [:]
        /// Those that the last one to enter woke.
        var woken = 0

        func news(_ id: UInt64) async -> AppendSignals.News? { await tasks[id]?.value }
    }

    private func wait(
        _ id: UInt64,
        at stand: AppendSignals.Stand,
        in room: inout WaitingRoom,
        _ guests: inout Guests
    ) async -> AppendSignals.News? {
        let (continuation, task) = await sleeper()
        let (known, wakes) = room.enter(id, at: stand, waking: continuation)
        wake(wakes)
        guests.woken = wakes.count
        guard let known else {
            guests.tasks[id] = task
            return nil
        }
        continuation.resume(returning: known)
        _ = await task.value
        return known
    }

    private func wake(_ wakes: [WaitingRoom.Wake]) {
        for wake in wakes { wake.continuation.resume(returning: wake.news) }
    }

    private func wakesNobody(
        _ wakes: [WaitingRoom.Wake],
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect(wakes.isEmpty, sourceLocation: location)
    }

    private func expect(
        _ news: AppendSignals.News?,
        _ expected: AppendSignals.News?,
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect(news == expected, sourceLocation: location)
    }

    private func end(_ room: inout WaitingRoom) { wake(room.wakeAll(.end)) }

    // MARK: States and events

    @Test("News from before a wait ends it at once, and a change is told once")
    func early() async {
        var (room, guests) = (WaitingRoom(), Guests())
        room.join(1, subscription: nil)
        #expect(!room.isEmpty)
        wakesNobody(room.append(to: partitions[1], of: stream, upTo: offset(3)))
        expect(await wait(1, at: stand([0, 2, 0, 0]), in: &room, &guests), .events)
        #expect(room.fresh(beyond: stand([0, 2, 0, 0])) == [partitions[1]])
        wakesNobody(room.change(of: nil))
        expect(await wait(1, at: stand([0, 3, 0, 0]), in: &room, &guests), .change)
        expect(await wait(1, at: stand([0, 3, 0, 0]), in: &room, &guests), nil)
        end(&room)
        #expect(await guests.news(1) == .end)
        room.leave(1)
        #expect(room.isEmpty)
    }

    @Test("A guest that has seen more wakes those who wait behind that")
    func seenMore() async throws {
        var (room, guests) = (WaitingRoom(), Guests())
        for id in 1...4 as ClosedRange<UInt64> { room.join(id, subscription: nil) }
        expect(await wait(1, at: stand([5], first: 1), in: &room, &guests), nil)
        expect(await wait(2, at: stand([5], first: 2), in: &room, &guests), nil)
        expect(await wait(3, at: stand([0, 5, 5, 0]), in: &room, &guests), nil)
        expect(await wait(4, at: stand([6], first: 1), in: &room, &guests), nil)
        let woken = guests.woken
        if woken != 2 { end(&room) }
        // A guest that was not woken would let the test hang.
        try #require(woken == 2)
        #expect(await guests.news(1) == .events)
        #expect(await guests.news(3) == .events)
        end(&room)
        #expect(await guests.news(2) == .end)
        #expect(await guests.news(4) == .end)
    }

    @Test("An append wakes who is behind it, by one partition or by several")
    func append() async {
        var (room, guests) = (WaitingRoom(), Guests())
        for id in 1...4 as ClosedRange<UInt64> { room.join(id, subscription: nil) }
        expect(await wait(1, at: stand([5], first: 1), in: &room, &guests), nil)
        expect(await wait(2, at: stand([5], first: 2), in: &room, &guests), nil)
        expect(await wait(3, at: stand([0, 5, 5, 0]), in: &room, &guests), nil)
        expect(await wait(4, at: stand([0], first: 3), in: &room, &guests), nil)
        // Known already.
        wakesNobody(room.append(to: partitions[1], of: stream, upTo: offset(5)))
        let wakes = room.append(to: partitions[1], of: stream, upTo: offset(6))
        #expect(wakes.count == 2)
        wake(wakes)
        for id in [1, 3] as [UInt64] { #expect(await guests.news(id) == .events) }
        let isAwake = room.wake(1, with: .nothing) == nil
        #expect(isAwake)
        end(&room)
        for id in [2, 4] as [UInt64] { #expect(await guests.news(id) == .end) }
    }

    @Test("A change wakes all, or those of one subscription")
    func change() async throws {
        var (room, guests) = (WaitingRoom(), Guests())
        let subscription = try #require(SubscriptionID("u"))
        room.join(1, subscription: subscription)
        room.join(2, subscription: nil)
        expect(await wait(1, at: stand([0]), in: &room, &guests), nil)
        expect(await wait(2, at: stand([0]), in: &room, &guests), nil)
        wake(room.change(of: subscription))
        #expect(await guests.news(1) == .change)
        wake(room.change(of: nil))
        #expect(await guests.news(2) == .change)
    }

    @Test("A stream made anew begins anew")
    func incarnations() async {
        var (room, guests) = (WaitingRoom(), Guests())
        room.join(1, subscription: nil)
        wakesNobody(room.append(to: partitions[0], of: stream, upTo: offset(9)))
        #expect(room.fresh(beyond: stand([0], of: anew)).isEmpty)
        expect(await wait(1, at: stand([0], of: anew), in: &room, &guests), nil)
        #expect(room.fresh(beyond: stand([0])).isEmpty)
        let wakes = room.append(to: partitions[0], of: anew, upTo: offset(1))
        #expect(wakes.count == 1)
        wake(wakes)
        #expect(await guests.news(1) == .events)
    }

    @Test("One looks at a time, at what is waited for")
    func looking() async {
        var (room, guests) = (WaitingRoom(), Guests())
        room.join(1, subscription: nil)
        let starts = [room.startsLooking(7), room.startsLooking(8)]
        #expect(starts == [true, false] && room.looker == 7)
        let early = room.view(subscriptions: 8) == nil
        #expect(early)
        expect(await wait(1, at: stand([4], first: 2), in: &room, &guests), nil)
        let view = room.view(subscriptions: 8)
        #expect(view?.stream == stream && view?.ends.map(\.partition) == [partitions[2]])
        #expect(view?.ends.map(\.end) == [offset(4)])
        end(&room)
        let late = room.view(subscriptions: 8) == nil
        #expect(late)
        _ = await guests.news(1)
    }

    // MARK: Random walk

    @Test(
        "Who waits is woken by the first news beyond it, and by nothing else",
        arguments: RandomSeed.cases(50)
    )
    func randomWalk(_ seed: UInt64) async {
        var random = SeededGenerator(seed: seed)
        var (room, guests) = (WaitingRoom(), Guests())
        var ends = [Int64](repeating: 0, count: 4)
        var waiting: [UInt64: (first: Int, offsets: [Int64])] = [:]
        for id in 1...8 as ClosedRange<UInt64> { room.join(id, subscription: nil) }
        for _ in 0..<120 {
            if random.happens(0.5) {
                let id = UInt64.random(in: 1...8, using: &random)
                guard waiting[id] == nil else { continue }
                // One partition or all of them: no reader waits for some.
                let isOne = random.happens(0.5)
                let first = isOne ? Int.random(in: 0...3, using: &random) : 0
                let count = isOne ? 1 : 4
                let offsets = (first..<(first + count)).map { index in
                    max(ends[index] + Int64.random(in: -1...1, using: &random), 0)
                }
                let isBehind = zip(first..., offsets).contains { ends[$0] > $1 }
                let known = await wait(id, at: stand(offsets, first: first), in: &room, &guests)
                #expect(known == (isBehind ? .events : nil), "seed \(seed)")
                guard known == nil else { continue }
                let behind = waiting.filter { _, other in
                    zip(first..., offsets).contains { index, offset in
                        let place = index - other.first
                        return other.offsets.indices.contains(place)
                            && other.offsets[place] < offset
                    }
                }
                for (index, offset) in zip(first..., offsets) {
                    ends[index] = max(ends[index], offset)
                }
                #expect(guests.woken == behind.count, "seed \(seed)")
                for id in behind.keys {
                    if guests.woken == behind.count { #expect(await guests.news(id) == .events) }
                    waiting[id] = nil
                }
                waiting[id] = (first, offsets)
            } else {
                let index = Int.random(in: 0...3, using: &random)
                let end = ends[index] + Int64.random(in: 0...2, using: &random)
                ends[index] = end
                let behind = waiting.filter { _, stand in
                    let place = index - stand.first
                    return stand.offsets.indices.contains(place) && stand.offsets[place] < end
                }
                let wakes = room.append(to: partitions[index], of: stream, upTo: offset(end))
                #expect(wakes.count == behind.count, "seed \(seed)")
                wake(wakes)
                for id in behind.keys {
                    // A guest that is not woken would let the test hang: then its count was wrong.
                    if wakes.count == behind.count { #expect(await guests.news(id) == .events) }
                    waiting[id] = nil
                }
            }
        }
        end(&room)
    }
}
