import LedgerCore
import LedgerTesting
import Testing

@testable import LedgerService

@Suite("Signals of appends")
struct AppendSignalsTests {
    private let stream = StreamIncarnation(high: 1, low: 1)
    private let partition = Partition.all(1)[0]

    private func id(_ name: String = "s") throws -> StreamID { try #require(StreamID(name)) }

    private func stand(_ offset: Int64) -> AppendSignals.Stand {
        AppendSignals.Stand(
            stream: stream,
            subscription: nil,
            partitions: [partition],
            offsets: [Offset(offset) ?? .zero]
        )
    }

    private func append(_ signals: AppendSignals, to id: StreamID, upTo end: Int64) {
        signals.append(to: partition, of: id, incarnation: stream, upTo: Offset(end) ?? .zero)
    }

    /// Returns once the guest's wait has begun: from then on there is something to look at.
    private func begins(_ signals: AppendSignals, _ id: StreamID) async throws {
        let patience = Patience()
        while signals.view(of: id, subscriptions: 1) == nil {
            try patience.check("nobody waits")
            await Task.yield()
        }
    }

    @Test("An append between the joining and the wait is not missed")
    func early() async throws {
        let signals = AppendSignals()
        let guest = signals.join(try id(), subscription: nil)
        append(signals, to: try id(), upTo: 1)
        #expect(await signals.wait(guest, at: stand(0)) == .events)
        #expect(signals.fresh(guest, beyond: stand(0)) == [partition])
        #expect(signals.fresh(guest, beyond: stand(1)).isEmpty)
        signals.leave(guest)
        // Nobody keeps what comes when nobody is there.
        #expect(signals.fresh(guest, beyond: stand(0)).isEmpty)
        #expect(await signals.wait(guest, at: stand(0)) == .nothing)
    }

    @Test("An append wakes who waits, one to another stream does not")
    func late() async throws {
        let signals = AppendSignals()
        let (id, other) = (try id(), try id("other"))
        let guest = signals.join(id, subscription: nil)
        let task = Task { [self] in await signals.wait(guest, at: stand(0)) }
        try await begins(signals, id)
        append(signals, to: other, upTo: 1)
        #expect(signals.view(of: id, subscriptions: 1) != nil)
        append(signals, to: id, upTo: 1)
        #expect(await task.value == .events)
        signals.leave(guest)
    }

    @Test("A change, the end of the process and a cancellation end a wait")
    func ends() async throws {
        let signals = AppendSignals()
        let id = try id()
        for expected in [AppendSignals.News.change, .nothing, .end] {
            let guest = signals.join(id, subscription: nil)
            let task = Task { [self] in await signals.wait(guest, at: stand(0)) }
            try await begins(signals, id)
            switch expected {
            case .change: signals.change(id)
            case .nothing: task.cancel()
            case .events, .end: signals.end()
            }
            #expect(await task.value == expected)
            signals.leave(guest)
        }
        // After the end nobody waits any more.
        let guest = signals.join(id, subscription: nil)
        #expect(await signals.wait(guest, at: stand(0)) == .end)
    }

    @Test("One looks for all guests of a stream, as long as there are any")
    func looking() async throws {
        let signals = AppendSignals()
        let id = try id()
        #expect(signals.startsLooking(id) == nil)
        let guests = [signals.join(id, subscription: nil), signals.join(id, subscription: nil)]
        let looker = try #require(signals.startsLooking(id))
        #expect(signals.startsLooking(id) == nil)
        signals.leave(guests[0])
        #expect(signals.isWatched(id, by: looker))
        signals.leave(guests[1])
        #expect(!signals.isWatched(id, by: looker))
        // Who comes then needs another one.
        let guest = signals.join(id, subscription: nil)
        let next = try #require(signals.startsLooking(id))
        #expect(next != looker && !signals.isWatched(id, by: looker))
        signals.leave(guest)
    }
}
