import LedgerBytes
import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A look of the sweep at a partition")
struct PartitionSweepTests {
    private let began = Timestamp(milliseconds: 2_000_000)
    private let due = Timestamp(milliseconds: 9_000_000)

    private func tail(_ next: Int64) -> Tail {
        Tail(
            next: Offset(unchecked: next),
            timestamp: Sample.created,
            ttl: .past,
            hash: SHA256.digest([1])
        )
    }

    private func sweep(
        onlySweepDeletes: Bool,
        compaction: Bool = true,
        inBackground: Bool = false
    ) -> PartitionSweep {
        PartitionSweep(
            at: Sample.partition,
            of: Sample.stream(compaction: compaction),
            trust: TailTrust(created: Sample.created, onlySweepDeletes: onlySweepDeletes),
            foldsInBackground: inBackground,
            began: began
        )
    }

    /// All actions of a look, in words.
    private func words(
        _ reading: TailReading,
        _ sweep: consuming PartitionSweep,
        now: Timestamp
    ) -> [String] {
        var words: [String] = []
        var action = sweep.start()
        while true {
            switch action {
            case .readTail:
                words.append("read")
                action = sweep.receive(reading, now: now)
            case .confirm:
                words.append("confirm")
                action = sweep.confirmed()
            case .mark(let progress, let tail):
                words.append("mark \(progress.foldedTail.next.rawValue) \(tail.rawValue)")
                action = sweep.marked()
            case .enqueue(let from, let end):
                words.append("enqueue \(from.rawValue) \(end.rawValue)")
                action = sweep.followed()
            case .comeBack:
                words.append("comeBack")
                action = sweep.followed()
            case .trim:
                words.append("trim")
                action = sweep.trimmed(due: due)
            case .finish(let end):
                let word = end == due ? "due" : end == began ? "began" : end == nil ? "nil" : "?"
                return words + ["finish \(word)"]
            case .fail: return words + ["fail"]
            }
        }
    }

    @Test("A reading is marked only where the engine deletes by itself")
    func readings() {
        let sealed = TailReading(newest: .seal(at: .zero), progress: nil)
        let nothing = TailReading(newest: nil, progress: nil)
        let folded = TailReading(newest: nil, progress: Sample.progress(watermark: tail(4)))
        let chunk = Sample.chunk(after: tail(4), count: 3)
        let behind = TailReading(newest: .chunk(chunk), progress: folded.progress)
        let table: [(TailReading, byItself: [String], onlySweepDeletes: [String])] = [
            (sealed, ["read", "finish nil"], ["read", "finish nil"]),
            (
                nothing, ["read", "confirm", "mark 0 0", "trim", "finish due"],
                ["read", "finish nil"]
            ),
            (
                folded, ["read", "confirm", "mark 4 4", "trim", "finish due"],
                ["read", "confirm", "trim", "finish due"]
            ),
            (
                behind, ["read", "confirm", "mark 4 7", "comeBack", "trim", "finish began"],
                ["read", "confirm", "comeBack", "trim", "finish began"]
            ),
        ]
        for (reading, byItself, exempt) in table {
            #expect(words(reading, sweep(onlySweepDeletes: false), now: began) == byItself)
            #expect(words(reading, sweep(onlySweepDeletes: true), now: began) == exempt)
        }
        // Two days later nobody knows what was behind a watermark without a mark.
        let late = began.advanced(by: .hours(50))
        #expect(words(folded, sweep(onlySweepDeletes: false), now: late) == ["read", "fail"])
        #expect(words(folded, sweep(onlySweepDeletes: true), now: late).last == "finish due")
    }

    @Test("A process that folds in the background gets the work, if there is a state to fold")
    func follow() {
        let chunk = Sample.chunk(after: tail(4), count: 3)
        let progress = Sample.progress(watermark: tail(4))
        let reading = TailReading(newest: .chunk(chunk), progress: progress)
        for (compaction, inBackground, word) in [
            (true, true, "enqueue 4 7"), (true, false, "comeBack"), (false, true, "comeBack"),
            (false, false, "comeBack"),
        ] {
            let sweep = sweep(
                onlySweepDeletes: true,
                compaction: compaction,
                inBackground: inBackground
            )
            let found = words(reading, sweep, now: began)
            #expect(found == ["read", "confirm", word, "trim", "finish began"])
        }
    }

    @Test("Whatever is read, what is done follows from it", arguments: seeds)
    func walk(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let watermark = random.happens(0.3) ? nil : random.number(in: 0...6)
            let first = random.happens(0.3) ? nil : random.number(in: 0...6)
            let isSealed = random.happens(0.1)
            let hours = random.number(in: 0...100)
            let swept = random.happens(0.5) ? random.number(in: 0...100) : nil
            let exempt = random.happens(0.5)
            let ttl = random.happens(0.5) ? TTL.never : .after(second: 3600 * 50)
            var progress = watermark.map { Sample.progress(watermark: tail($0)) }
            progress?.tailVerifiedAt = swept.map { Timestamp(milliseconds: $0 * Sample.hour) }
            let chunk = first.map { Sample.chunk(after: tail($0), count: 1, ttl: ttl) }
            let newest = isSealed ? LogEntry.seal(at: .zero) : chunk.map { LogEntry.chunk($0) }
            let reading = TailReading(newest: newest, progress: progress)
            let now = Timestamp(milliseconds: hours * Sample.hour)
            let found = words(reading, sweep(onlySweepDeletes: exempt), now: now)

            // The same by the words of the design.
            let end = max(watermark ?? 0, first.map { $0 + 1 } ?? 0)
            let folded = watermark ?? 0
            let isSurvivor = first != nil && (ttl == .never || hours + 1 <= 50)
            let verified = max(
                Sample.created.milliseconds,
                progress?.tailVerifiedAt?.milliseconds ?? 0
            )
            let isTrusted = exempt || now.milliseconds < verified + 47 * Sample.hour
            if isSealed {
                #expect(found == ["read", "finish nil"], "\(replay)")
            } else if !isSurvivor, !isTrusted {
                #expect(found == ["read", "fail"], "\(replay)")
            } else if exempt, watermark == nil, first == nil {
                #expect(found == ["read", "finish nil"], "\(replay)")
            } else {
                #expect(found.contains("confirm") && found.contains("trim"), "\(replay)")
                #expect(found.contains("mark \(folded) \(end)") == !exempt, "\(replay)")
                #expect(found.contains("comeBack") == (end > folded), "\(replay)")
                let finish = end > folded ? "finish began" : "finish due"
                #expect(found.last == finish, "\(replay)")
            }
        }
    }

    private static let seeds = RandomSeed.cases(50)
    private let replay = RandomSeed.replay("PartitionSweepTests")
}
