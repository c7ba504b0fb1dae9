import DynamoDBTable
import Loopback

/// The table that the checks share: their rows have ids of their own.
enum SharedTable {
    private static let made = Task { try await LocalAWS.shared().table() }

    static func get() async throws -> DynamoDBTable { try await made.value }
}
