import APISuite
import Foundation
import LedgerClient
import LedgerCore
import LedgerTesting
import LineLog
import Logging
import Synchronization
import Testing

/// Secrets must never be in a log.
@Suite("Secrecy")
struct SecrecyTests {
    @Test("No log line at any level holds a key, a cursor or an event's data")
    func logs() async throws {
        let log = Mutex<[UInt8]>([])
        let logger = Logger(label: "test") { label in
            LineLogHandler(label: label, level: .trace, format: .json) { line in
                log.withLock { $0 += line }
            }
        }
        let secrets = Secrets()
        try await withLedger(over: .keys, logger: logger) { transport in
            let recorder = Recorder(transport, into: secrets)
            for check in APISuite.checks(offered: .keys) { try await check.run(over: recorder) }
        }
        let bytes = log.withLock { $0 }
        let found = secrets.all
        #expect(found.count > 100)
        #expect(bytes.count { $0 == UInt8(ascii: "\n") } > 1_000)
        let leaked = found.occurring(in: bytes)
        #expect(leaked.isEmpty, "\(leaked.prefix(3))")
        // The search finds what is there.
        let keyID = "\"key_id\":\"root\""
        #expect(Set([keyID]).occurring(in: bytes) == [keyID])
    }
}

extension Set<String> {
    /// The texts that occur somewhere in the bytes, found in one walk over them.
    fileprivate func occurring(in bytes: [UInt8]) -> Set<String> {
        var byStart: [UInt64: [[UInt8]]] = [:]
        for text in self {
            let start = text.utf8.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
            byStart[start, default: []].append(Array(text.utf8))
        }
        var found: Set<String> = []
        var window: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            window = window << 8 | UInt64(byte)
            guard index >= 7, let candidates = byStart[window] else { continue }
            for candidate in candidates where bytes[(index - 7)...].starts(with: candidate) {
                found.insert(String(decoding: candidate, as: UTF8.self))
            }
        }
        return found
    }
}

/// The secrets that a suite sent and received.
private final class Secrets: Sendable {
    private let texts = Mutex<Set<String>>([])

    var all: Set<String> { texts.withLock { $0 } }

    /// Short texts occur in any log by chance.
    func add(_ text: String) {
        guard text.utf8.count >= 12 else { return }
        texts.withLock { _ = $0.insert(text) }
    }

    func addKey(_ key: String) {
        add(key)
        add(String(key.suffix(43)))
    }
}

/// Passes everything on, and remembers the secrets in it.
private struct Recorder: APITransport {
    private let transport: HTTPTransport
    private let secrets: Secrets

    init(_ transport: HTTPTransport, into secrets: Secrets) {
        self.transport = transport
        self.secrets = secrets
        secrets.addKey(TransportKind.rootKey.text)
    }

    func send(_ request: SuiteRequest) async throws -> Answer {
        if let body = Self.parsed(request.body) {
            for event in [body] + body.elements + (body["events"]?.elements ?? []) {
                guard let data = event.raw("data") else { continue }
                // As sent, and without the quotes of a string.
                secrets.add(String(decoding: data.prefix(64), as: UTF8.self))
                secrets.add(String(decoding: data.dropFirst().prefix(48), as: UTF8.self))
            }
        }
        let answer = try await transport.send(request)
        if let body = try? JSONValue(answer.body) {
            if let cursor = body["cursor"]?.text { secrets.add(cursor) }
            if let key = body["key"]?.text, key.hasPrefix("elk_") { secrets.addKey(key) }
        }
        return answer
    }

    /// The tree of a body; nil for one that is little but brackets, too deep for a tree and for
    /// the ledger.
    private static func parsed(_ body: [UInt8]) -> JSONValue? {
        let brackets = body.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
        return brackets > 100 && body.count < brackets * 8 ? nil : try? JSONValue(body)
    }

    func sibling() -> any APITransport { self }

    func with(key: String?) -> any APITransport {
        if let key { secrets.addKey(key) }
        guard let other = transport.with(key: key) as? HTTPTransport else { return self }
        return Recorder(other, into: secrets)
    }
}
