package import LedgerService

extension APIResponse {
    /// The body of an answer that comes in one piece; a stream ends the program.
    package var bytes: [UInt8] {
        guard case .bytes(let bytes) = body else { fatalError("a stream has no bytes yet") }
        return bytes
    }
}
