import APISuite
import Foundation
import LedgerCore
import LedgerService
import LedgerTesting
import SQLiteTable
import Testing

/// The API on an engine of its own, called directly, with a clock that the test moves.
struct API: APICaller {
    let process: TestLedger
    let table: any Table
    let clock: ManualClock
    let keys: KeyPolicy
    /// Sent with every request that has none.
    private(set) var key: String?

    init(
        _ engine: Engine = .memory,
        seed: UInt64 = 1,
        clock: ManualClock = ManualClock(),
        keys: KeyPolicy = .off
    ) throws {
        self.init(table: try engine.makeTable(), seed: seed, clock: clock, keys: keys)
    }

    /// Where keys are needed, its requests come with the operator's.
    init(
        table: any Table,
        seed: UInt64 = 1,
        clock: ManualClock = ManualClock(),
        keys: KeyPolicy = .off,
        configuration: Ledger.Configuration = Ledger.Configuration()
    ) {
        self.table = table
        self.clock = clock
        self.keys = keys
        key = keys.isOn ? TestKeys.root.text : nil
        process = TestLedger(
            table,
            clock: clock,
            random: .seeded(seed),
            configuration: configuration,
            keys: keys
        )
    }

    /// The use cases behind the API.
    var ledger: Ledger { process.ledger }

    /// Another process on the same table: its own caches.
    func another(seed: UInt64 = 2) -> API {
        API(table: table, seed: seed, clock: clock, keys: keys).with(key)
    }

    /// The same ledger, whose requests come with another key.
    func with(_ key: String?) -> API {
        var api = self
        api.key = key
        return api
    }
}

extension API {
    /// Accepts the tails of a stream's partitions.
    func acceptTail(of stream: String) async -> Answer {
        await call("POST", at: "/streams/\(stream)/accept-tail")
    }
}

extension API: APITransport {
    func send(_ request: SuiteRequest) async -> Answer {
        let authorization = key.map { [(name: "authorization", value: "Bearer \($0)")] } ?? []
        let hasOwn = request.headers.contains { $0.name == "authorization" }
        return await process.send(
            APIRequest(
                request.method,
                at: request.target,
                headers: request.headers + (hasOwn ? [] : authorization),
                body: request.body
            )
        )
    }

    /// With random numbers that no other sibling draws: two processes never do.
    func sibling() -> any APITransport { another(seed: .random(in: 3...UInt64.max)) }

    func with(key: String?) -> any APITransport { with(key) }
}

/// The engines that every test of the service runs on.
enum Engine: String, CaseIterable, Sendable {
    case memory
    case sqlite

    func makeTable() throws -> any Table {
        switch self {
        case .memory: return MemoryTable()
        case .sqlite: return try TemporaryTable.make()
        }
    }
}

/// A SQLite table whose folder is removed with its last user.
final class TemporaryTable: Table {
    private let table: SQLiteTable
    private let folder: TemporaryFolder

    /// The ledger's file.
    var path: String { folder.file }

    static func make() throws -> TemporaryTable {
        let folder = try TemporaryFolder()
        return TemporaryTable(
            try SQLiteTable.open(path: folder.file, clock: ManualClock().instant),
            folder
        )
    }

    private init(_ table: SQLiteTable, _ folder: TemporaryFolder) {
        self.table = table
        self.folder = folder
    }

    var deletesLogByItself: Bool { table.deletesLogByItself }
    var appliesInOrder: Bool { table.appliesInOrder }
    var writeExecutor: (any TaskExecutor)? { table.writeExecutor }

    func get(_ key: TableKey) async throws(TableError) -> Item? { try await table.get(key) }

    func query(_ query: Query) async throws(TableError) -> QueryPage {
        try await table.query(query)
    }

    func write(_ write: Write, decided: Instant) async throws(TableError) -> WriteOutcome {
        try await table.write(write, decided: decided)
    }

    func transact(
        _ writes: [Write],
        token: TransactionToken,
        decided: Instant
    ) async throws(TableError)
        -> TransactionOutcome
    {
        try await table.transact(writes, token: token, decided: decided)
    }

    func batchDelete(_ keys: [TableKey]) async throws(TableError) {
        try await table.batchDelete(keys)
    }

    func purgeExpired(before moment: Timestamp, limit: Int) async throws(TableError) -> Int {
        try await table.purgeExpired(before: moment, limit: limit)
    }
}
