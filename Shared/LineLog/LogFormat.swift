/// How a log record becomes a line.
package enum LogFormat: String, Sendable, CaseIterable {
    /// `2026-01-31T12:00:00.000Z info listening port=8080`, for people.
    case text
    /// One JSON object a line, for machines.
    case json
}
