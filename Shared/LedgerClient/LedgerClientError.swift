/// Why a call of the client did not succeed.
public enum LedgerClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The ledger answered with an error: fix the request (4xx) or try again (5xx).
    ///
    /// `details`: a JSON object as the ledger wrote it; which members it has depends on the code.
    case refused(status: Int, code: String, message: String, details: [UInt8])
    /// The ledger could not be reached; nothing happened.
    case unreachable(url: String, message: String)
    /// The connection broke or time ran out; the call may have been carried out.
    case unknownOutcome(message: String)
    /// What came back is no answer of a ledger.
    case notALedger(status: Int)

    /// The problem in words, for a person.
    public var description: String {
        switch self {
        case .refused(_, let code, _, _): "\(message) (\(code))"
        case .unreachable, .unknownOutcome, .notALedger: message
        }
    }

    /// The same without the ledger's code.
    public var message: String {
        switch self {
        case .refused(_, _, let message, _): message
        case .unreachable(let url, let message):
            "cannot reach \(url): \(message)"
        case .unknownOutcome(let message):
            "no answer: \(message); the call may have been carried out"
        case .notALedger(let status): "what answered (status \(status)) is no ledger"
        }
    }

    /// Whether the same call can succeed later.
    ///
    /// For a publish, repeat it only with an `Idempotency-Key`.
    public var isTemporary: Bool {
        switch self {
        case .refused(let status, _, _, _): status == 429 || status == 503
        case .unreachable, .unknownOutcome: true
        case .notALedger: false
        }
    }
}
