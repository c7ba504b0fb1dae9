/// A call to AWS that was not answered with success.
package struct AWSError: Error, Hashable, Sendable {
    /// What kind of failure; each says whether the call may have been carried out.
    package enum Kind: Hashable, Sendable {
        /// Not carried out: fewer calls are asked for.
        case throttled
        /// Not carried out: the request itself, or its sender, was refused.
        case refused
        /// Not carried out: nothing was sent, or there are no credentials.
        case notSent
        /// May have been carried out: a time-out, a broken connection, a server's error.
        case open
    }

    /// What kind.
    package let kind: Kind
    /// AWS's name of the error, such as `ValidationException`; empty when there was no answer.
    package let code: String
    /// For a log line; holds no secret and no payload.
    package let message: String
    /// The answer's body.
    package let body: [UInt8]

    init(_ kind: Kind, code: String = "", message: String, body: [UInt8] = []) {
        self.kind = kind
        self.code = code
        self.message = message
        self.body = body
    }
}

extension AWSError {
    /// A success whose body is not what the operation answers; the call was carried out.
    package static let unreadable = AWSError(.open, message: "the answer can't be read")

    /// What was decided too long ago is not sent.
    static let tooLate = AWSError(.notSent, message: "the call was decided too long ago")

    private static let throttles: Set<String> = [
        "ProvisionedThroughputExceededException", "ThrottlingException", "Throttling",
        "RequestLimitExceeded", "TooManyRequestsException", "TransactionConflictException",
        "ReplicatedWriteConflictException", "LimitExceededException",
    ]
    /// The first try of the same transaction is still under way, and may succeed.
    private static let underWay = "TransactionInProgressException"

    /// What an answer that is no success means.
    init(status: Int, body: [UInt8]) {
        let (code, message) = AWSErrorDocument.read(body)
        let kind: Kind =
            if code == Self.underWay {
                .open
            } else if Self.throttles.contains(code) {
                .throttled
            } else {
                (400...499).contains(status) ? .refused : .open
            }
        let text =
            code.isEmpty ? "status \(status)" : message.isEmpty ? code : "\(code): \(message)"
        self.init(kind, code: code, message: text, body: body)
    }
}
