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
        _ events: [@Sendable () -> String],
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

/// Counts the reads of logs, and passes everything on.
final class CountingTable: Table {
    private let table: any Table
    private let count = Mutex(0)

    init(_ table: any Table) { self.table = table }

    var logReads: Int { count.withLock { $0 } }
    var deletesLogByItself: Bool { table.deletesLogByItself }

    func get(_ key: TableKey) async throws(TableError) -> Item? { try await table.get(key) }

    func query(_ query: Query) async throws(TableError) -> QueryPage {
        if case .log = query.group { count.withLock { $0 += 1 } }
        return try await table.query(query)
    }

    func write(_ write: Write) async throws(TableError) -> WriteOutcome {
        try await table.write(write)
    }

    func transact(
        _ writes: [Write],
        token: Incarnation
    ) async throws(TableError) -> TransactionOutcome {
        try await table.transact(writes, token: token)
    }

    func batchDelete(_ keys: [TableKey]) async throws(TableError) {
        try await table.batchDelete(keys)
    }

    func purgeExpired(before moment: Timestamp, limit: Int) async throws(TableError) -> Int {
        try await table.purgeExpired(before: moment, limit: limit)
    }
}
