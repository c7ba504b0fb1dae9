/// One event for the function, as the Runtime API hands it over.
struct Invocation: Sendable {
    /// Names it in the answer and in logs.
    let requestID: String
    /// The X-Ray header; nil when nothing is traced.
    let trace: String?
    /// The event.
    let event: [UInt8]
}
