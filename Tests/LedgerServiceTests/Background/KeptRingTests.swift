import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

@Suite("Rings that are kept")
struct KeptRingTests {
    @Test("What a function could not fold is folded by the next run of the sweep, round or not")
    func failedNews() async throws {
        let memory = MemoryTable(deletesLogByItself: true)
        let table = FaultyTable(memory)
        let api = API(table: table)
        await api.create("s", with: ",\"partition_count\":1")
        await api.ledger.sweepDue(within: .seconds(60))
        await api.publish(to: "s", key: "k")
        let news = memory.items.compactMap { ChunkNotice($0.key) }
        table.follow(
            FaultPlan { call in
                if case .latest? = call.groups.first { .failBefore(.unavailable) } else { nil }
            }
        )
        #expect(await api.another().ledger.fold(news) == [0])
        #expect(rings(memory).count == 1)
        // As long as it fails the ring stays.
        #expect(await api.ledger.sweepDue(within: .seconds(60)).failures == 1)
        #expect(rings(memory).count == 1)
        table.follow(.none)
        let report = await api.ledger.sweepDue(within: .seconds(60))
        #expect(report.streams == 0 && report.failures == 0)
        #expect(rings(memory).isEmpty)
        #expect(await api.call("GET", at: "/streams/s/compacted").keys == ["k"])
    }

    @Test("What a run has no time left for is kept for the next one")
    func noTimeLeft() async throws {
        let memory = MemoryTable(deletesLogByItself: true)
        let clock = ManualClock()
        let api = API(table: memory, clock: clock)
        for index in 0..<8 {
            await api.create("s\(index)", with: ",\"partition_count\":1")
            await api.publish(to: "s\(index)", key: "k")
        }
        let slow = FaultyTable(memory) { _, moment in
            if moment == .before { clock.advance(by: .milliseconds(10)) }
        }
        let sweeper = API(table: slow, seed: 5, clock: clock)
        // Time for all looks, but for few of the folds.
        await sweeper.ledger.sweepDue(within: .milliseconds(320))
        #expect((1...8).contains(rings(memory).count), "\(rings(memory).count)")
        await sweeper.ledger.sweepDue(within: .seconds(60))
        #expect(rings(memory).isEmpty)
        for index in 0..<8 {
            #expect(await api.call("GET", at: "/streams/s\(index)/compacted").keys == ["k"])
        }
    }

    @Test("A ring for a stream that is gone, or is another one now, is taken away")
    func goneStream() async throws {
        let memory = MemoryTable(deletesLogByItself: true)
        let api = API(table: memory)
        await api.create("s", with: ",\"partition_count\":1")
        let partition = try #require(Partition(0))
        for (name, low) in [("s", UInt64(1)), ("gone", 2)] {
            let ring = KeptRingRow(
                id: try #require(StreamID(name)),
                stream: StreamIncarnation(high: 9, low: low),
                partition: partition,
                token: RingToken(high: 1, low: 1)
            )
            _ = try await memory.write(ring.keeping)
        }
        #expect(await api.ledger.sweepDue(within: .seconds(60)).failures == 0)
        #expect(rings(memory).isEmpty)
    }

    @Test("More of them than one run takes up all get their turn")
    func many() async throws {
        let streams = try await ManyStreams(0, deletesLogByItself: true)
        let partition = try #require(Partition(0))
        for index in 0..<3_000 {
            let ring = KeptRingRow(
                id: try ManyStreams.name(index),
                stream: ManyStreams.incarnation(index),
                partition: partition,
                token: RingToken(high: 1, low: 1)
            )
            _ = try await streams.memory.write(ring.keeping)
        }
        let api = API(table: streams.table, clock: streams.clock)
        for _ in 0..<4 { await api.ledger.sweepDue(within: .seconds(60)) }
        let left = rings(streams.memory).count
        #expect(left == 0)
    }

    private func rings(_ table: MemoryTable) -> [Item] {
        table.items.filter { $0.key.group == .rings }
    }
}
