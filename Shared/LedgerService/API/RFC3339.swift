import LedgerBytes
import LedgerCore

/// Moments as text: `2026-11-21T01:02:03.456Z`.
enum RFC3339 {
    /// UTC with milliseconds.
    static func text(_ moment: Timestamp) -> String {
        CivilTime(millisecondsSinceEpoch: moment.milliseconds).rfc3339
    }

    /// The moment that a text names; nil when it is not RFC 3339.
    static func parse(_ text: String) -> Timestamp? {
        CivilTime(rfc3339: text).map { Timestamp(milliseconds: $0.millisecondsSinceEpoch) }
    }
}
