/// The length of the write-ahead log, the part of it that was copied into the database, and the
/// rules for when the writer and the checkpointer copy more or begin the log anew.
///
/// A passive checkpoint never blocks the writer, but under constant load it never finishes either,
/// and only a log that is copied to its end can begin anew. So the checkpointer copies most of it
/// beside the writer. When the log is long enough the writer gives way: it pauses a little before
/// each commit, so that the checkpointer catches up, and then copies the little rest itself.
/// Several pauses of a few milliseconds instead of one of fifty.
///
/// The checkpointer never begins on a log that is copied to its end. Up to 3.51.2 SQLite has an
/// error there: when the writer begins such a log anew in the instant after the checkpointer has
/// looked at it, the new log's first frames count as copied and are lost
/// (`https://sqlite.org/wal.html`, "the WAL-reset bug"). A log of which something is left to copy
/// cannot begin anew, so it suffices that ``copied`` is never less than what SQLite has noted.
struct LogGauge: Sendable {
    /// When the writer should begin the log anew.
    enum Advice: Sendable {
        /// Now: little is left to copy.
        case now
        /// Not yet: give way to the checkpointer for so long.
        case giveWay(Duration)
        /// Now, whatever it takes: the log must not grow further.
        case whenever
    }

    /// The sizes of ``SQLiteOptions`` in frames.
    struct Bounds: Sendable {
        let checkpoint: Int
        let restart: Int
        let rest: Int
        let maximum: Int

        init(_ options: SQLiteOptions, frameBytes: Int) {
            checkpoint = max(options.checkpointBytes / frameBytes, 1)
            restart = max(options.logBytes / frameBytes, checkpoint)
            rest = checkpoint / 8
            maximum = max(options.maximumLogBytes / frameBytes, restart)
        }
    }

    /// Frames in the log.
    private(set) var frames = 0
    /// The most there were.
    private(set) var peak = 0
    /// Times that the log began anew.
    private(set) var restarts = 0
    /// Passes that copied something.
    private(set) var passes = 0
    private let bounds: Bounds
    /// Frames that the database holds; never fewer than SQLite has noted, between two passes.
    private var copied = 0
    /// ``restarts`` when the last pass began.
    private var restartsAtLastPass = 0
    private var framesAtLastPass = 0
    /// ``copied`` when the last pass began.
    private var copiedAtLastPass = 0
    private var framesAtLastFailure = 0
    /// True when the last pass ended far from the log's end: a reader that stays, another process's
    /// for example, needs what is behind.
    private var isHeld = false
    private var isCopying = false
    private var isGivenUp = false
    private var isStopping = false

    init(_ bounds: Bounds) {
        self.bounds = bounds
    }

    /// True while a pass runs, of whichever thread.
    var isBusy: Bool { isCopying }

    // MARK: The writer

    /// Notes a commit, after which the log has `count` frames.
    ///
    /// - Returns: The writer's advice, nil to go on as usual; and whether the checkpointer must be
    ///   woken.
    mutating func committed(frames count: Int) -> (Advice?, wakesCheckpointer: Bool) {
        let couldCopy = mayCopy
        if count < frames { logRestarted() }
        frames = count
        peak = max(peak, count)
        let wakes = mayCopy && !couldCopy || mustCopy && !isCopying
        return (advice, wakes)
    }

    private mutating func logRestarted() {
        restarts += 1
        copied = 0
        framesAtLastPass = 0
        framesAtLastFailure = 0
        isHeld = false
    }

    private var advice: Advice? {
        guard !isGivenUp, copied < frames else { return nil }
        // Each vain attempt costs the writer a wait.
        if framesAtLastFailure > 0, frames - framesAtLastFailure < bounds.restart / 4 { return nil }
        if frames >= bounds.maximum { return .whenever }
        // Giving way is of no use while a reader holds the log.
        guard isLong, !isHeld else { return nil }
        return isNearlyCopied && !isCopying ? .now : .giveWay(pause)
    }

    /// 8 ms, and up to five times that the nearer the log is to its bound.
    private var pause: Duration {
        let beyond = frames - bounds.restart
        return .milliseconds(8 + 32 * beyond / max(bounds.maximum - bounds.restart, 1))
    }

    private var isLong: Bool { frames >= bounds.restart }

    private var isNearlyCopied: Bool { frames - copied <= bounds.rest }

    /// True when the writer, which gives way, may go on before its time is over.
    var isReadyToRestart: Bool { isNearlyCopied && !isCopying }

    // MARK: The checkpointer

    /// True when enough has come since the last pass for another.
    ///
    /// In a long log the checkpointer leaves the last frames to the writer, which then restarts the
    /// log.
    var mustCopy: Bool {
        isLong
            ? mayCopy && !isNearlyCopied
            : mayCopy && frames - framesAtLastPass >= bounds.checkpoint
    }

    /// True when anything has come since the last pass that it has not copied.
    var mayCopy: Bool { !isGivenUp && frames > framesAtLastPass && frames > copied }

    /// Takes the right to copy beside the writer.
    mutating func beginPassBesideWriter() -> Bool {
        mayCopy && beginPass()
    }

    /// True once the checkpointer was asked to end.
    var mustEnd: Bool { isStopping }

    /// Asks the checkpointer to end.
    mutating func stop() {
        isStopping = true
    }

    // MARK: Both

    /// Takes the right to copy, which one thread has at a time.
    mutating func beginPass() -> Bool {
        guard !isCopying, !isGivenUp else { return false }
        isCopying = true
        framesAtLastPass = frames
        copiedAtLastPass = copied
        restartsAtLastPass = restarts
        return true
    }

    /// No pass begins any more: the log is now the only copy that can be trusted.
    mutating func giveUp() {
        isGivenUp = true
    }

    /// A pass has ended, and so many frames are copied: also of a commit that the writer has not
    /// told of yet.
    mutating func endPass(copied count: Int) {
        isCopying = false
        if count > copiedAtLastPass { passes += 1 }
        // A pass of an earlier log says nothing about this one.
        guard restarts == restartsAtLastPass else { return }
        isHeld = framesAtLastPass - count > bounds.rest
        // Nothing copied: a reader is in the way, or the writer begins the log anew just now. The
        // next pass waits for its word.
        if count <= copied { framesAtLastPass = frames }
        copied = max(copied, count)
    }

    /// The writer could not begin the log anew for readers, having copied so many frames; the next
    /// attempt waits until more has come.
    mutating func passWasHeldUp(copied count: Int) {
        copied = max(copied, count)
        passFailed()
    }

    /// A pass has failed and SQLite has noted nothing; the next attempt waits until more has come.
    mutating func passFailed() {
        isCopying = false
        framesAtLastFailure = frames
    }
}
