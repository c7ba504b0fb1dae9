import LedgerTesting
import Testing

@testable import SQLiteTable

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
    /// What SQLite has noted as copied; the next writer begins a log anew of which this is all.
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
    /// How far a reader lets the log be copied; it comes and goes.
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
