/// What a table's calls came to since it was made.
package struct DynamoDBStatistics: Hashable, Sendable {
    /// Calls by operation, such as `PutItem`, with those that failed.
    package internal(set) var calls: [String: Int] = [:]
    /// Read units as DynamoDB reported them.
    package internal(set) var readUnits: Double = 0
    /// Write units as DynamoDB reported them.
    package internal(set) var writeUnits: Double = 0
    /// Calls refused because they were too many.
    package internal(set) var throttles = 0
    /// Write units by the sizes of what was written: one for each KB begun of a row, twice that in
    /// a transaction.
    ///
    /// What an emulation reports is no use.
    package internal(set) var computedWriteUnits = 0
    /// Read units by the sizes of what was read: one for each 4 KB begun of an answer, half of it
    /// when eventually consistent.
    package internal(set) var computedReadUnits: Double = 0

    /// All calls.
    package var allCalls: Int { calls.values.reduce(0, +) }
}
