import CSQLite
import Glibc
import LedgerCore
import Synchronization

/// Copies the log into the database on a thread of its own, so that no commit waits for it, and
/// has the writer start the log anew when it has become long.
///
/// A passive checkpoint alone would never do under constant load: SQLite reuses the log only when
/// all of it is copied at the moment a commit begins.
final class Checkpointer: Sendable {
    private struct State {
        var isDue = false
        var isClosed = false
    }

    /// Checkpoint when the log has grown by so much, bytes.
    private static let step = 4 * 1024 * 1024

    private let state = Monitor(State())
    private let connection: Connection
    private let writer: Writer
    private let logPath: String
    private let maximumLog: Int
    private let counters: Counters

    init(
        _ connection: Connection,
        _ writer: Writer,
        logPath: String,
        maximumLog: Int,
        _ counters: Counters
    ) {
        self.connection = connection
        self.writer = writer
        self.logPath = logPath
        self.maximumLog = maximumLog
        self.counters = counters
    }

    func ring() {
        let isDue = state.withLock { $0.isDue }
        if !isDue { state.change { $0.isDue = true } }
    }

    func close() {
        state.change { $0.isClosed = true }
    }

    func run() {
        var copied = 0
        while true {
            let isOver = state.wait { state -> Bool? in
                if state.isClosed { return true }
                guard state.isDue else { return nil }
                state.isDue = false
                return false
            }
            if isOver { return }
            let size = Self.size(of: logPath)
            guard size - copied >= Self.step || size >= maximumLog else { continue }
            guard let result = try? connection.checkpoint(SQLITE_CHECKPOINT_PASSIVE) else {
                continue
            }
            counters.checkpoints.add(1, ordering: .relaxed)
            copied = size
            if size >= maximumLog, result.done > 0 {
                writer.restartLog()
                copied = 0
            }
        }
    }

    /// The log's size, bytes.
    static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }
}
