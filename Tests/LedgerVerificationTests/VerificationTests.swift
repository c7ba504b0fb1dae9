import LedgerBytes
import LedgerCore
import LedgerVerification
import LedgerService
import LedgerTesting
import SQLiteTable
import Testing

@Suite("Verification of a stored ledger")
struct VerificationTests {
    @Test("A ledger that nobody touched is sound, and its chain proves all of it")
    func sound() async throws {
        let stored = try await StoredLedger.sample()
        let verdict = try stored.verify()
        #expect(verdict.isSound, "\(verdict.allFindings)")
        let partition = try #require(verdict.streams.first?.partitions.first)
        #expect(partition.chain == .whole)
        #expect(partition.state == .equal(keys: 5, older: 0))
        #expect(partition.events == 20 && partition.chunks == 10)
        #expect(partition.next.rawValue == 20)
        let head = try await stored.process.done("GET", at: "/streams/s/partitions/0/head").text
        #expect(head.contains(partition.head.hex))
    }

    @Test("The rows of a delivery and its parked events are sound, with their data or without")
    func deliveries() async throws {
        let stored = try await StoredLedger.sample()
        try await stored.putDelivery()
        try await stored.putParked(at: 6)
        try await stored.putParked(at: 7) { item in
            for name in [.record, .key, .timestamp] as [Attribute] { item[name] = nil }
        }
        let verdict = try stored.verify()
        #expect(verdict.isSound, "\(verdict.allFindings)")
    }

    @Test("Each kind of damage is found and named with its place", arguments: Damage.all)
    func damage(_ damage: Damage) async throws {
        let stored = try await StoredLedger.sample()
        try await damage.inflict(stored)
        let found = try stored.verify().allFindings
        let isNamed = found.contains {
            $0.stream == damage.stream && $0.offset?.rawValue == damage.offset
                && $0.problem.contains(damage.problem)
        }
        #expect(isNamed, "\(found)")
    }

    @Test("One damaged chunk is one finding")
    func oneFinding() async throws {
        let stored = try await StoredLedger.sample()
        try await Damage.flipped.inflict(stored)
        #expect(try stored.verify().allFindings.count == 1)
        try stored.execute("UPDATE items SET v=x'00' WHERE pk LIKE 'IDEM%'")
        #expect(try stored.verify().allFindings.count == 1 + 10)
    }

    @Test("What expired leaves a ledger sound, and its chain proves the rest")
    func expired() async throws {
        let stored = try await StoredLedger.sample()
        try await stored.process.done("POST", at: "/streams/s/compact")
        stored.clock.advance(by: .hours(100))
        try await stored.publish([("k1", "1"), ("new", "2")], to: "s")
        stored.clock.advance(by: .hours(100))
        await stored.process.ledger.sweep()
        let rest = try #require(try stored.verify().streams.first?.partitions.first)
        #expect(rest.findings.isEmpty, "\(rest.findings)")
        #expect(rest.earliest.rawValue == 20 && rest.next.rawValue == 22)
        // The hash before the only chunk left has gone with the others.
        #expect(rest.chain == .from(rest.next))
        // k0, k2 and k3's tombstone or event are older than the log; k1 and new are in it.
        guard case .equal(_, let older) = rest.state else { return #expect(Bool(false)) }
        #expect(older == 4)
        stored.clock.advance(by: .hours(200))
        await stored.process.ledger.sweep()
        let nothing = try #require(try stored.verify().streams.first?.partitions.first)
        #expect(nothing.findings.isEmpty && nothing.events == 0 && nothing.next.rawValue == 22)
    }

    @Test("A deleted stream is no damage, before, while and after its rows go")
    func deleted() async throws {
        let stored = try await StoredLedger.sample()
        try await stored.process.done("DELETE", at: "/streams/s")
        #expect(try stored.verify().isSound)
        stored.clock.advance(by: Limits.deletionGrace)
        await stored.process.ledger.sweep()
        #expect(try stored.verify().isSound)
    }

    @Test("A webhook's state is sound as long as its subscription or a deletion of its stream is")
    func webhook() async throws {
        let stored = try await StoredLedger.sample()
        try await stored.putWebhook(of: try await stored.subscription())
        #expect(try stored.verify().isSound)
        try await stored.process.done("DELETE", at: "/streams/s")
        #expect(try stored.verify().isSound)
    }

    @Test("Rows of a stream that is gone are found")
    func garbage() async throws {
        let stored = try await StoredLedger.sample()
        let stream = try await stored.stream()
        try await stored.delete(.stream(stream.id))
        let found = try stored.verify().allFindings
        #expect(found.contains { $0.stream == stream.incarnation.hex })
    }

    @Test("Kept heads prove that nothing was rewritten, even with a chain that fits")
    func heads() async throws {
        let stored = try await StoredLedger.sample()
        let before = try #require(try stored.verify().streams.first?.partitions.first)
        var kept = KeptHeads()
        let id = try #require(StreamID("s"))
        kept.add(before.head, of: before.partition, in: id, next: before.next)
        try await stored.publish([("later", "1")], to: "s")
        let same = try stored.verify(kept)
        #expect(same.isSound && same.streams.first?.partitions.first?.provenHeads == 1)

        try await Damage.rewriteAll(stored)
        #expect(try stored.verify().isSound, "the forged log is whole in itself")
        let forged = try stored.verify(kept).allFindings
        #expect(forged.map { $0.offset?.rawValue } == [20], "\(forged)")
    }

    @Test("Heads of what is gone are reported")
    func goneHeads() async throws {
        let stored = try await StoredLedger.sample()
        var kept = KeptHeads()
        let partition = try #require(Partition(0))
        let next = try #require(Offset(99))
        kept.add(.zero, of: partition, in: try #require(StreamID("s")), next: next)
        kept.add(.zero, of: partition, in: try #require(StreamID("gone")), next: .zero)
        let found = try stored.verify(kept).allFindings
        #expect(found.count == 2, "\(found)")
        #expect(found.contains { $0.stream == "gone" })
        #expect(found.contains { $0.problem.contains("went on to 99") })
    }
}
