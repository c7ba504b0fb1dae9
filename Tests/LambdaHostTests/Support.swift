import Foundation
import LedgerCore
import LedgerService
import LedgerTesting
import Synchronization

@testable import LambdaHost

/// Lines that a function wrote.
final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func write(_ bytes: [UInt8]) {
        lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
    }
}

/// A function on a memory table, driven by a fake Runtime API to its end.
struct Drive: Sendable {
    var table: any Table = MemoryTable()
    var clock = ManualClock()
    var environment = [
        "EVENTLEDGER_TABLE": "ledger", "EVENTLEDGER_ROOT_KEY_HASH": Events.key.hash.hex,
    ]
    let metrics = Lines()
    let log = Lines()

    /// Hands the events to the real loop, and returns what it posted.
    func run(
        _ function: LedgerFunction,
        on events: [@Sendable () -> String],
        refusesAnswers: Bool = false,
        open: (@Sendable () throws -> any Table)? = nil
    ) async -> [FakeRuntime.Call] {
        let runtime = FakeRuntime(events, refusesAnswers: refusesAnswers)
        defer { runtime.stop() }
        let host = FunctionHost(
            function,
            runtime: RuntimeAPI(address: runtime.address),
            variable: { [environment] in environment[$0] },
            clock: clock,
            writeMetrics: metrics.write,
            writeLog: log.write
        )
        do {
            try await host.run { [table] _ in try open?() ?? table }
        } catch {
            log.write(Array("ended: \(error)".utf8))
        }
        return runtime.calls
    }
}

extension FakeRuntime.Call {
    var json: [String: Any] {
        let object = try? JSONSerialization.jsonObject(with: Data(body.utf8))
        return object as? [String: Any] ?? [:]
    }

    /// The body inside an HTTP answer.
    var answer: String { json["body"] as? String ?? "" }
    var status: Int? { json["statusCode"] as? Int }
}
