public import LedgerCore
import Logging

extension Ledger {
    /// The background work of a server process: folds what is appended, and sweeps every minute.
    ///
    /// Returns when the task is cancelled.
    public func runUpkeep() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in await foldOnAppend() }
            group.addTask { [self] in await sweepEveryMinute() }
        }
    }

    private func foldOnAppend() async {
        while !Task.isCancelled {
            let rings = await doorbell.next()
            let start = clock.uptime()
            for ring in rings where !Task.isCancelled { await answer(ring) }
            let rest = Self.foldRest(after: clock.uptime() - start)
            _ = await attempt { () throws(CancellationError) in
                try await clock.sleep(milliseconds: rest)
            }
        }
    }

    /// How long folds rest, milliseconds: four times as long as they took.
    ///
    /// So publishing has the writer for the better part, and what a busy partition gets meanwhile is
    /// folded at once, each key only for its last event. 200 ms at least; 10 s at most, as a round
    /// may have taken the hours for which the machine was suspended.
    static func foldRest(after took: Int64) -> Int64 {
        min(max(took, 50), 2_500) * 4
    }

    private func answer(_ ring: Doorbell.Ring) async {
        do throws(LedgerError) {
            let stream = try await publishable(ring.id).row
            guard stream.incarnation == ring.stream, stream.compaction else { return }
            let report = try await fold(
                ring.stream,
                ring.partition,
                of: ring.id,
                compacts: true
            )
            if !report.isAtEnd { doorbell.ring(ring.id, ring.stream, ring.partition) }
        } catch .streamNotFound {
            // Deleted meanwhile: nothing is left to fold.
        } catch {
            logger.error(
                "compaction failed; the next sweep tries again",
                metadata: ["stream": "\(ring.id)", "error": "\(error)"]
            )
        }
    }

    private func sweepEveryMinute() async {
        while !Task.isCancelled {
            await checkClock()
            await sweep()
            _ = await attempt { () throws(CancellationError) in
                try await clock.sleep(milliseconds: 60_000)
            }
        }
    }

    /// By stream: how many events wait to be folded, as far as this process knows.
    public func foldLag() async throws(LedgerError) -> [(stream: StreamID, events: Int64)] {
        var lags: [(stream: StreamID, events: Int64)] = []
        var after: [UInt8]?
        repeat {
            let page = try await listStreams(limit: 1000, after: after)
            for stream in page.streams where stream.compaction {
                var lag: Int64 = 0
                for partition in stream.partitions {
                    let (tail, progress) = try await tail(of: partition, in: stream)
                    lag += tail.distance(from: progress?.watermark.next ?? .zero)
                }
                lags.append((stream.id, lag))
            }
            after = page.next
        } while after != nil
        return lags
    }
}
