import LedgerClient
import LedgerCore
import RawJSON

/// Publishes events that are one line each, byte for byte.
struct LinePublisher {
    private let ledger: RemoteLedger
    private let stream: String
    private let showsProgress: Bool
    private var batch = LineBatch()
    /// The time at which the batch is sent even if more would fit; nil while it is empty.
    private var deadline: ContinuousClock.Instant?
    private var published = 0

    init(ledger: RemoteLedger, stream: String, showsProgress: Bool) {
        self.ledger = ledger
        self.stream = stream
        self.showsProgress = showsProgress
    }

    /// Publishes all lines that are not blank.
    ///
    /// Told to stop by a signal, it publishes what it has read and fails.
    ///
    /// - Returns: the number of events there were.
    mutating func run(_ lines: consuming LineReader) async throws(Failure) -> Int {
        var lines = lines
        while true {
            switch try await lines.next(until: deadline) {
            case .line(let line): try await take(line, number: lines.number)
            case .pause: try await sendAll()
            case .end:
                try await sendAll()
                return published
            case .stopped(let signal):
                try await sendAll()
                let fate = fate(from: lines.number + 1)
                throw Failure(.stopped(signal, "stopped by a signal: \(fate)"))
            }
        }
    }

    private mutating func take(_ line: [UInt8], number: Int) async throws(Failure) {
        guard !Self.isBlank(line) else { return }
        try check(line, number: number)
        if batch.first == nil {
            deadline = .now.advanced(by: Limits.lineBatchPatience)
        }
        batch.add(line, number: number)
        if batch.isFull { try await sendBatch() }
    }

    private mutating func sendAll() async throws(Failure) {
        while batch.first != nil { try await sendBatch() }
    }

    /// The events that are stored for certain, in words; `place` names the first that is not.
    private func stored(before place: String) -> String {
        switch published {
        case 0: "nothing is stored"
        case 1: "the event before \(place) is stored"
        default: "the \(published) events before \(place) are stored"
        }
    }

    /// The fate of all lines, in words, where nothing was sent from `line` on.
    private func fate(from line: Int) -> String {
        stored(before: "line \(line)") + (published == 0 ? "" : ", nothing from there on")
    }

    private static func isBlank(_ line: [UInt8]) -> Bool {
        line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
    }

    /// Throws when a line is no UTF-8: the ledger refuses it too, but with its whole batch, and without
    /// its number.
    private func check(_ line: [UInt8], number: Int) throws(Failure) {
        let fault = line.withUnsafeBytes { bytes -> JSONError? in
            do throws(JSONError) {
                try JSONUTF8.validate(bytes)
                return nil
            } catch {
                return error
            }
        }
        guard let fault else { return }
        throw .content("line \(number): \(fault); \(fate(from: batch.first ?? number))")
    }

    private mutating func sendBatch() async throws(Failure) {
        guard let ready = batch.take() else { return }
        // A line that is left over was read just now, so its patience begins now.
        deadline =
            batch.first == nil
            ? nil : .now.advanced(by: Limits.lineBatchPatience)
        do throws(Failure) {
            _ = try await ledger.call(
                "POST",
                at: ["streams", stream, "events"],
                query: [("ack", "summary")],
                body: ready.bytes,
                contentType: "application/x-ndjson",
                idempotencyKey: RemoteLedger.freshKey()
            )
        } catch {
            let (first, last) = (ready.lines.lowerBound, ready.lines.upperBound)
            let lines = first == last ? "line \(first)" : "lines \(first) to \(last)"
            let before = stored(before: first == last ? "it" : "them")
            throw error.noting(lines + " failed" + (published == 0 ? "" : "; \(before)"))
        }
        published += ready.count
        if showsProgress { Messages.progress("\(published) events") }
    }
}

/// Lines on their way into a batch of at most 1,000 events and 1 MB, byte for byte.
struct LineBatch {
    static let maximumLines = 1000
    static let maximumBytes = 1024 * 1024

    /// The lines that go into one call.
    struct Ready {
        let bytes: [UInt8]
        let count: Int
        /// The numbers of the first and the last line.
        let lines: ClosedRange<Int>
    }

    private var lines: [(number: Int, bytes: [UInt8])] = []
    private var bytes = 0

    /// The number of the first line; nil when there is none.
    var first: Int? { lines.first?.number }

    /// The last line already belongs to the next batch, or the batch has all it takes.
    var isFull: Bool { lines.count >= Self.maximumLines || bytes > Self.maximumBytes }

    mutating func add(_ line: [UInt8], number: Int) {
        lines.append((number, line))
        bytes += line.count + 1
    }

    /// The next batch, without the line that made it too large; nil when there are no lines.
    mutating func take() -> Ready? {
        let keepsLast = bytes > Self.maximumBytes && lines.count > 1
        let taken = lines.prefix(lines.count - (keepsLast ? 1 : 0))
        guard let first = taken.first, let last = taken.last else { return nil }
        lines.removeFirst(taken.count)
        bytes = lines.reduce(0) { $0 + $1.bytes.count + 1 }
        return Ready(
            bytes: Array(taken.map(\.bytes).joined(separator: [UInt8(ascii: "\n")])),
            count: taken.count,
            lines: first.number...last.number
        )
    }
}
