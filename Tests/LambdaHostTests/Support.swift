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

/// The functions that a function invoked, with their events; none of them runs.
final class Invocations: Sendable {
    private let state = Mutex((calls: [(function: String, event: String)](), isBroken: false))

    var all: [(function: String, event: String)] { state.withLock { $0.calls } }

    /// From now on Lambda takes no event.
    func breakDown() { state.withLock { $0.isBroken = true } }

    func invoke(_ function: String, with event: [UInt8]) throws(TestFailure) {
        let isBroken = state.withLock { state in
            state.calls.append((function, String(decoding: event, as: UTF8.self)))
            return state.isBroken
        }
        if isBroken { throw TestFailure("Lambda is down") }
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
    let invoked = Invocations()

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
            try await host.run { [table, invoked] _ in
                FunctionConnections(table: try open?() ?? table, invoke: invoked.invoke)
            }
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
