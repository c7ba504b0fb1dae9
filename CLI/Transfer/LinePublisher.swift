import LedgerClient
import LedgerCore
import RawJSON

/// Publishes events that are one line each, byte for byte.
struct LinePublisher {
    private let ledger: RemoteLedger
    private let stream: String
    private let showsProgress: Bool
    private var batch = LineBatch()
    /// When the batch is sent even if more would fit; nil while it is empty.
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
    /// - Returns: How many events there were.
    mutating func run(_ lines: consuming LineReader) async throws(Failure) -> Int {
        var lines = lines
        while true {
            switch try await lines.next(until: deadline) {
            case .line(let line): try await take(line, lines.number)
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

    private mutating func take(_ line: [UInt8], _ number: Int) async throws(Failure) {
        guard !Self.isBlank(line) else { return }
        try check(line, number)
        if batch.first == nil {
            deadline = .now.advanced(by: .milliseconds(Limits.lineBatchPatience))
        }
        batch.add(line, number: number)
        if batch.isFull { try await sendBatch() }
    }

    private mutating func sendAll() async throws(Failure) {
        while batch.first != nil { try await sendBatch() }
    }

    /// What is stored, where that is certain; `place` is the first line that is not.
    private func stored(before place: String) -> String {
        switch published {
        case 0: "nothing is stored"
        case 1: "the event before \(place) is stored"
        default: "the \(published) events before \(place) are stored"
        }
    }

    /// The same, where nothing else was sent.
    private func fate(from line: Int) -> String {
        stored(before: "line \(line)") + (published == 0 ? "" : ", nothing from there on")
    }

    private static func isBlank(_ line: [UInt8]) -> Bool {
        line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
    }

    /// The ledger refuses such a line too, with its whole batch, and can't say its number.
    private func check(_ line: [UInt8], _ number: Int) throws(Failure) {
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
        // What is left was read just now.
        deadline =
            batch.first == nil
            ? nil : .now.advanced(by: .milliseconds(Limits.lineBatchPatience))
        do throws(Failure) {
            _ = try await ledger.call(
                "POST",
                ["streams", stream, "events"],
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
