import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The patience of a fold")
struct FoldPatienceTests {
    private func instant(_ now: Duration, _ uptime: Duration) -> Instant {
        Instant(now: Timestamp(milliseconds: 0).advanced(by: now), uptime: uptime)
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
        var patience = FoldPatience(from: instant(.zero, .zero))
        #expect(!isRefused(patience, at: instant(most - .milliseconds(1), most - .milliseconds(1))))
        #expect(isRefused(patience, at: instant(most, .zero)))
        #expect(isRefused(patience, at: instant(.zero, most)))
        patience.restart(at: instant(.milliseconds(5), .milliseconds(5)))
        #expect(!isRefused(patience, at: instant(most, most)))
        #expect(isRefused(patience, at: instant(most + .milliseconds(5), .milliseconds(5))))
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
        let table: [(TableError.Reason, after: Duration, isRepeated: Bool)] = [
            (.throttled, .zero, true), (.unavailable, .zero, true),
            (.throttled, most - .milliseconds(1), true), (.throttled, most, false),
            (.full, .zero, false), (.corrupt, .zero, false), (.invalid, .zero, false),
            (.closed, .zero, false),
        ]
        let start = Duration.milliseconds(7)
        for (reason, time, isRepeated) in table {
            var call = RepeatedCall(at: start)
            #expect(
                (call.refused(error(reason), at: start + time) != nil) == isRepeated,
                "\(reason)"
            )
        }
        var call = RepeatedCall(at: .zero)
        let pauses = (0..<8).map { _ in call.refused(error(.throttled), at: .zero)?.upperBound }
        #expect(pauses == [50, 100, 200, 400, 800, 1600, 2000, 2000].map(Duration.milliseconds))
    }

    @Test("Under refusals without end it ends, and not before half a minute", arguments: seeds)
    func walk(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let start = random.duration(in: .zero ... .seconds(1000))
        var call = RepeatedCall(at: start)
        var uptime = start
        var refusals = 0
        while let pause = call.refused(error(.unavailable), at: uptime) {
            #expect(pause.lowerBound >= .milliseconds(25), "\(replay)")
            #expect(pause.upperBound <= .seconds(2), "\(replay)")
            uptime += random.duration(in: pause)
            uptime += random.duration(in: .zero ... .milliseconds(300))
            refusals += 1
            try #require(refusals < 10_000, "\(replay)")
        }
        #expect(uptime - start >= Limits.foldStandstill, "\(replay)")
        #expect(refusals < 60, "\(replay)")
    }

    private static let seeds = RandomSeed.cases(100)
    private let replay = RandomSeed.replay("RepeatedCallTests")
}
