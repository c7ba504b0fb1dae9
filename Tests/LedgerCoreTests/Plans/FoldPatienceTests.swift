import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The patience of a fold")
struct FoldPatienceTests {
    private func instant(_ now: Int64, _ uptime: Int64) -> Instant {
        Instant(now: Timestamp(milliseconds: now), uptime: uptime)
    }

    private func isRefused(_ patience: FoldPatience, at now: Instant) -> Bool {
        do throws(TableError) {
            #expect(try patience.decide(at: now) == now)
            return false
        } catch {
            #expect(error.effect == .definite && error.reason == .unavailable)
            return true
        }
    }

    @Test("A write is decided until what was read is ten minutes old by either clock")
    func age() {
        let most = Limits.foldPatience
        var patience = FoldPatience(from: instant(0, 0))
        #expect(!isRefused(patience, at: instant(most - 1, most - 1)))
        #expect(isRefused(patience, at: instant(most, 0)))
        #expect(isRefused(patience, at: instant(0, most)))
        patience.restart(at: instant(5, 5))
        #expect(!isRefused(patience, at: instant(most, most)))
        #expect(isRefused(patience, at: instant(most + 5, 5)))
    }

    @Test("A fold is at its target, or at the end of the log, or goes on")
    func target() {
        var report = FoldReport()
        report.watermark = Offset(unchecked: 5)
        #expect(report.reaches(Offset(unchecked: 5)) && !report.reaches(Offset(unchecked: 6)))
        report.isAtEnd = true
        #expect(report.reaches(Offset(unchecked: 6)))
    }
}

@Suite("A call that is repeated")
struct RepeatedCallTests {
    private func error(_ reason: TableError.Reason) -> TableError {
        TableError(.indefinite, reason: reason, message: "test")
    }

    @Test("What can pass is repeated, later and later, until nothing was taken for too long")
    func table() {
        let most = Limits.foldStandstill
        let table: [(TableError.Reason, uptime: Int64, isRepeated: Bool)] = [
            (.throttled, 7, true), (.unavailable, 7, true), (.throttled, most + 6, true),
            (.throttled, most + 7, false), (.full, 7, false), (.corrupt, 7, false),
            (.invalid, 7, false), (.closed, 7, false),
        ]
        for (reason, uptime, isRepeated) in table {
            var call = RepeatedCall(at: 7)
            #expect((call.refused(error(reason), at: uptime) != nil) == isRepeated, "\(reason)")
        }
        var call = RepeatedCall(at: 0)
        let pauses = (0..<8).map { _ in call.refused(error(.throttled), at: 0)?.upperBound }
        #expect(pauses == [50, 100, 200, 400, 800, 1600, 2000, 2000])
    }

    @Test("Under refusals without end it ends, and not before half a minute", arguments: seeds)
    func walk(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let start = random.number(in: 0...1_000_000)
        var call = RepeatedCall(at: start)
        var uptime = start
        var refusals = 0
        while let pause = call.refused(error(.unavailable), at: uptime) {
            #expect(pause.lowerBound >= 25 && pause.upperBound <= 2_000, "\(replay)")
            uptime += random.number(in: pause) + random.number(in: 0...300)
            refusals += 1
            try #require(refusals < 10_000, "\(replay)")
        }
        #expect(uptime - start >= Limits.foldStandstill, "\(replay)")
        #expect(refusals < 60, "\(replay)")
    }

    private static let seeds = RandomSeed.cases(100)
    private let replay = RandomSeed.replay("RepeatedCallTests")
}
