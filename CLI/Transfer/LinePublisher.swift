import LedgerClient
import RawJSON

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Publishes events that are one line each, byte for byte.
struct LinePublisher {
    private let client: LedgerClient
    private let stream: String
    private let showsProgress: Bool
    private var batch = LineBatch()
    private var published = 0

    init(client: LedgerClient, stream: String, showsProgress: Bool) {
        self.client = client
        self.stream = stream
        self.showsProgress = showsProgress
    }

    /// Publishes all lines that are not blank.
    ///
    /// - Returns: How many events there were.
    mutating func run(_ lines: consuming LineReader) async throws(TransferError) -> Int {
        var lines = lines
        while let line = try lines.next() {
            guard !Self.isBlank(line) else { continue }
            try check(line, lines.number)
            batch.add(line, number: lines.number)
            if batch.isFull { try await sendBatch() }
        }
        while batch.first != nil { try await sendBatch() }
        return published
    }

    private static func isBlank(_ line: [UInt8]) -> Bool {
        line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
    }

    /// The ledger refuses such a line too, with its whole batch, and can't say its number.
    private func check(_ line: [UInt8], _ number: Int) throws(TransferError) {
        let fault = line.withUnsafeBytes { bytes -> JSONError? in
            do throws(JSONError) {
                try JSONUTF8.validate(bytes)
                return nil
            } catch {
                return error
            }
        }
        guard let fault else { return }
        let unsent = batch.first ?? number
        throw .file(
            published == 0
                ? "line \(number): \(fault); nothing is stored"
                : "line \(number): \(fault); the \(published) events before line \(unsent) are "
                    + "stored, nothing from there on"
        )
    }

    private mutating func sendBatch() async throws(TransferError) {
        guard let ready = batch.take() else { return }
        do throws(LedgerClientError) {
            _ = try await client.call(
                "POST",
                ["streams", stream, "events"],
                query: [("ack", "summary")],
                body: ready.bytes,
                contentType: "application/x-ndjson",
                idempotencyKey: LedgerClient.freshKey()
            )
        } catch {
            if showsProgress { Terminal.write("\r", to: STDERR_FILENO) }
            let (first, last) = (ready.lines.lowerBound, ready.lines.upperBound)
            let before = published == 0 ? "" : "; the \(published) events before them are stored"
            Terminal.error("lines \(first) to \(last) failed\(before)")
            throw .ledger(error)
        }
        published += ready.count
        if showsProgress { Terminal.write("\r\(published) events", to: STDERR_FILENO) }
    }
}

extension LedgerClient {
    /// A random `Idempotency-Key`: 128 bits.
    static func freshKey() -> String {
        String(UInt64.random(in: .min ... .max), radix: 36)
            + String(UInt64.random(in: .min ... .max), radix: 36)
    }
}
