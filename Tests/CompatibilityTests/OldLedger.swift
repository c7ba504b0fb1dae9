import DynamoDBJSON
import Foundation
import LedgerCore
import LedgerService
import LedgerTesting
import RawJSON
import SQLiteTable
import Testing

/// What release 0.1.0 left: a ledger's file, what it answered, and its rows as DynamoDB has them.
struct Recording: Decodable, Sendable {
    /// A GET and the body of its answer, which was a 200.
    struct Answer: Decodable, Sendable {
        let target: String
        let body: String
    }

    /// A publish that was sent twice, and what the second got.
    struct RepeatedPublish: Decodable, Sendable {
        let stream: String
        let key: String
        let body: String
    }

    /// One of a series of calls of a new ledger, and what it got.
    struct Call: Decodable, Sendable {
        private enum CodingKeys: String, CodingKey {
            case method, target, body, status, answer
            case idempotencyKey = "idempotency_key"
            case contentType = "content_type"
        }

        let method: String
        /// In it and in the body `{cursor}` stands for the last cursor that an answer had.
        let target: String
        let body: String?
        let idempotencyKey: String?
        let contentType: String?
        let status: Int
        let answer: String
    }

    private enum CodingKeys: String, CodingKey {
        case recordedAt = "recorded_at"
        case answers, cursors
        case repeatedPublish = "repeated_publish"
    }

    /// Milliseconds since the epoch.
    let recordedAt: Int64
    let answers: [Answer]
    /// By subscription of `orders`; `old` is one of `at-offsets` from before its seek.
    let cursors: [String: String]
    let repeatedPublish: RepeatedPublish

    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Release-0.1.0")

    static func load() throws -> Recording {
        let data = try Data(contentsOf: folder.appending(path: "answers.json"))
        return try JSONDecoder().decode(Recording.self, from: data)
    }

    /// Calls in their order, of a ledger whose clock stands still.
    static func calls() throws -> [Call] {
        let data = try Data(contentsOf: folder.appending(path: "calls.json"))
        return try JSONDecoder().decode([Call].self, from: data)
    }

    /// A row a line, as DynamoDB's JSON.
    static func rows() throws -> [String] {
        let url = folder.appending(path: "rows.jsonl")
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init)
    }
}

/// The recorded ledger, opened by the present code shortly after it was recorded.
struct OldLedger: Sendable {
    let recording: Recording
    let table: SQLiteTable
    private let folder: TemporaryFolder
    /// Answers as a client of the present release sees it.
    let process: TestLedger

    init() throws {
        recording = try Recording.load()
        folder = try TemporaryFolder()
        let copy = URL(filePath: folder.file)
        let file = Recording.folder.appending(path: "ledger.sqlite")
        try FileManager.default.copyItem(at: file, to: copy)
        let clock = ManualClock(start: Timestamp(milliseconds: recording.recordedAt + 1000))
        table = try SQLiteTable.open(path: folder.file, clock: { clock.instant() })
        process = TestLedger(table, clock: clock)
    }
}
