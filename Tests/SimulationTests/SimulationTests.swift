import Foundation
import LedgerSimulation
import LedgerTesting
import Testing

/// A small part of what `just sim` runs; a history keeps its thread to itself.
@Suite("Simulation")
struct SimulationTests {
    @Test("The same seed gives the same history, step by step")
    func replays() async {
        for seed: UInt64 in 1...40 {
            let first = await report(seed)
            let second = await report(seed)
            #expect(first.fingerprint == second.fingerprint, "seed \(seed)")
            #expect(first.events == second.events && first.duration == second.duration)
        }
    }

    @Test("Other seeds give other histories")
    func differs() async {
        var fingerprints: Set<UInt64> = []
        for seed: UInt64 in 1...20 { fingerprints.insert(await report(seed).fingerprint) }
        #expect(fingerprints.count == 20)
    }

    @Test("Every promise holds in random histories")
    func holds() async {
        let first = RandomSeed.base % 1_000_000_000
        for seed in first..<(first + 200) {
            let report = await report(seed)
            #expect(
                report.violations.isEmpty,
                "just sim --seed \(seed) --count 1 --trace: \(report.violations.prefix(3))"
            )
        }
    }

    private func report(_ seed: UInt64) async -> Simulation.Report {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: Simulation.run(seed: seed)) }
        }
    }
}
