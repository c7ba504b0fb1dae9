import LedgerCore

/// One event for the function, as the Runtime API hands it over.
struct Invocation: Sendable {
    /// When the function is stopped, whatever it is doing.
    let deadline: Timestamp
    /// Names it in the answer and in logs.
    let requestID: String
    /// The X-Ray header; nil when nothing is traced.
    let trace: String?
    /// The event.
    let event: [UInt8]
}
