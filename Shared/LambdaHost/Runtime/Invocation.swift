/// One event for the function, as the Runtime API hands it over.
struct Invocation: Sendable {
    /// Names it in the answer and in logs.
    let requestID: String
    /// When the function is ended, milliseconds since the epoch.
    let deadline: Int64
    /// The X-Ray header; nil when nothing is traced.
    let trace: String?
    /// The event.
    let event: [UInt8]
}
