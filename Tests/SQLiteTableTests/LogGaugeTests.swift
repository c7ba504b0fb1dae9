import LedgerTesting
import Testing

@testable import SQLiteTable

@Suite struct LogGaugeTests {
    /// In frames: copied from 1,000 on, begun anew from 16,000 on, whatever it takes from 48,000
    /// on.
    private static func gauge() -> LogGauge {
        var options = SQLiteOptions()
        options.checkpointBytes = 1_000 << 10
        options.logBytes = 16_000 << 10
        options.maximumLogBytes = 48_000 << 10
        return LogGauge(LogGauge.Bounds(options, frameBytes: 1 << 10))
    }

    @Test("A long log has writers give way, and is begun anew once it is copied")
    func longLog() {
        var gauge = Self.gauge()
        #expect(advice(&gauge, atFrames: 15_000) == "none")
        #expect(advice(&gauge, atFrames: 16_500) == "give way")
        begin(&gauge)
        gauge.endPass(copied: 16_500)
        #expect(advice(&gauge, atFrames: 16_510) == "now")
        #expect(advice(&gauge, atFrames: 10) == "none")
        #expect(gauge.restarts == 1)
    }

    @Test("A reader that stays does not slow the writer down")
    func stayingReader() {
        var gauge = Self.gauge()
        _ = gauge.committed(frames: 10_000)
        // The reader came at 2,000 frames.
        for frames in stride(from: 20_000, to: 48_000, by: 1_000) {
            begin(&gauge)
            gauge.endPass(copied: 2_000)
            let advice = advice(&gauge, atFrames: frames)
            if frames > 20_000 { #expect(advice == "none", "\(frames)") }
        }
        // Past the bound it is tried now and then, not with each commit.
        var attempts = 0
        for frames in stride(from: 48_000, to: 80_000, by: 100)
        where advice(&gauge, atFrames: frames) == "whenever" {
            attempts += 1
            begin(&gauge)
            gauge.passFailed()
        }
        #expect(attempts == 8)
    }

    @Test("The log is begun anew once the reader is gone")
    func goneReader() {
        var gauge = Self.gauge()
        _ = gauge.committed(frames: 20_000)
        begin(&gauge)
        gauge.endPass(copied: 2_000)
        #expect(advice(&gauge, atFrames: 21_000) == "none")
        begin(&gauge)
        gauge.endPass(copied: 21_000)
        #expect(advice(&gauge, atFrames: 21_010) == "now")
    }

    @Test("Only a pass that copies something counts as a checkpoint")
    func emptyPass() {
        var gauge = Self.gauge()
        // Copies all, then nothing for a reader in the way, then all again.
        for (frames, copied, passes) in [(2_000, 2_000, 1), (4_000, 2_000, 1), (5_000, 5_000, 2)] {
            _ = gauge.committed(frames: frames)
            begin(&gauge)
            gauge.endPass(copied: copied)
            #expect(gauge.passes == passes)
        }
        _ = gauge.committed(frames: 6_000)
        begin(&gauge)
        gauge.passFailed()
        #expect(gauge.passes == 2)
        // The writer begins the log anew right after the pass has copied its end.
        _ = gauge.committed(frames: 7_000)
        begin(&gauge)
        _ = gauge.committed(frames: 10)
        gauge.endPass(copied: 7_000)
        #expect(gauge.passes == 3)
    }

    @Test("A commit after a pass wakes the checkpointer")
    func wakingAfterPass() {
        var gauge = Self.gauge()
        _ = gauge.committed(frames: 100)
        begin(&gauge)
        // The pass has seen a commit that the writer tells of only now.
        gauge.endPass(copied: 110)
        #expect(!gauge.committed(frames: 110).wakesCheckpointer)
        #expect(gauge.committed(frames: 115).wakesCheckpointer)
        #expect(gauge.mayCopy)
    }

    @Test("A commit to a log that was begun anew wakes the checkpointer")
    func wakingAfterRestart() {
        var gauge = Self.gauge()
        _ = gauge.committed(frames: 100)
        begin(&gauge)
        gauge.endPass(copied: 110)
        _ = gauge.committed(frames: 110)
        #expect(gauge.committed(frames: 5).wakesCheckpointer)
        #expect(gauge.mayCopy)
    }

    @Test("Nothing is copied once writing was given up")
    func givenUp() {
        var gauge = Self.gauge()
        #expect(advice(&gauge, atFrames: 48_000) == "whenever")
        gauge.giveUp()
        #expect(!gauge.mayCopy && !gauge.mustCopy)
        let began = gauge.beginPass()
        #expect(!began)
        #expect(advice(&gauge, atFrames: 49_000) == "none")
    }

    private func advice(_ gauge: inout LogGauge, atFrames frames: Int) -> String {
        switch gauge.committed(frames: frames).0 {
        case nil: "none"
        case .now: "now"
        case .giveWay: "give way"
        case .whenever: "whenever"
        }
    }

    private func begin(_ gauge: inout LogGauge) {
        let began = gauge.beginPass()
        #expect(began)
    }
}

/// The gauge between a writer and a checkpointer whose steps fall together in any way.
@Suite("The log begins anew") struct LogRestartTests {
    @Test("Never while the checkpointer is at it")
    func neverDuringAPass() {
        var random = SeededGenerator(seed: RandomSeed.base)
        var restarts = 0
        var passes = 0
        for _ in 0..<3_000 {
            var threads = Threads(random.split())
            for _ in 0..<2_000 { threads.step() }
            restarts += threads.log.generation
            passes += threads.passes
            #expect(threads.violations == 0, "\(RandomSeed.replay("LogRestartTests"))")
        }
        #expect(restarts > 1_000 && passes > 1_000, "\(restarts) restarts, \(passes) passes")
    }
}

/// SQLite's log, as far as its copying is concerned.
private struct Log {
    var frames = 0
    /// The frames that SQLite has noted as copied; once these are all, the next writer begins the
    /// log anew.
    var copied = 0
    var generation = 0

    mutating func restart() {
        frames = 0
        copied = 0
        generation += 1
    }
}

/// The two threads, each going on by one step at a time.
private struct Threads {
    private enum Writer {
        case idle
        case inTransaction(restarts: Bool)
        case restarted
        case committed
        case copying(shrink: Bool)
    }

    private enum Checkpointer {
        case idle
        case began
        case sawLog(Log)
        case copies(upTo: Int, of: Log)
        case copied
        case answers(Int)
    }

    private(set) var log = Log()
    private(set) var passes = 0
    private(set) var violations = 0
    private var gauge: LogGauge
    private var writer = Writer.idle
    private var checkpointer = Checkpointer.idle
    /// The frame up to which a reader lets the log be copied; it comes and goes.
    private var reader: Int?
    private var random: SeededGenerator

    init(_ random: SeededGenerator) {
        var options = SQLiteOptions()
        options.checkpointBytes = 3
        options.logBytes = 8
        options.maximumLogBytes = 16
        gauge = LogGauge(LogGauge.Bounds(options, frameBytes: 1))
        self.random = random
    }

    mutating func step() {
        if random.happens(0.1) { reader = reader == nil ? log.frames : nil }
        if random.happens(0.5) { stepWriter() } else { stepCheckpointer() }
    }

    private mutating func stepWriter() {
        switch writer {
        case .idle: writer = .inTransaction(restarts: log.copied > 0 && log.copied == log.frames)
        case .inTransaction(restarts: true) where reader == nil:
            log.restart()
            writer = .restarted
        case .inTransaction, .restarted:
            log.frames += Int.random(in: 1...12, using: &random)
            writer = .committed
        case .committed:
            switch gauge.committed(frames: log.frames).0 {
            case nil: writer = .idle
            case .now: writer = .copying(shrink: false)
            case .giveWay: writer = gauge.isReadyToRestart ? .copying(shrink: false) : .idle
            case .whenever: writer = .copying(shrink: true)
            }
        case .copying(let shrink):
            if gauge.beginPass() {
                restart(shrink)
                writer = .idle
            } else if !shrink {
                writer = .idle
            }
        }
    }

    /// The writer's own pass: nobody commits meanwhile.
    private mutating func restart(_ shrink: Bool) {
        log.copied = max(log.copied, min(reader ?? log.frames, log.frames))
        guard reader == nil else { return gauge.passWasHeldUp(copied: log.copied) }
        if shrink { log.restart() }
        gauge.endPass(copied: gauge.frames)
    }

    private mutating func stepCheckpointer() {
        switch checkpointer {
        case .idle: if gauge.beginPassBesideWriter() { checkpointer = .began }
        case .began: checkpointer = .sawLog(log)
        case .sawLog(let seen):
            checkNothingBegan(since: seen)
            let end = min(seen.frames, reader ?? seen.frames)
            checkpointer = log.copied < seen.frames ? .copies(upTo: end, of: seen) : .copied
        case .copies(let end, let seen):
            checkNothingBegan(since: seen)
            log.copied = max(log.copied, end)
            checkpointer = .copied
        case .copied: checkpointer = .answers(log.copied)
        case .answers(let copied):
            passes += 1
            gauge.endPass(copied: copied)
            checkpointer = .idle
        }
    }

    private mutating func checkNothingBegan(since seen: Log) {
        if seen.generation != log.generation { violations += 1 }
    }
}
