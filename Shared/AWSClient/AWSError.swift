import RawJSON

/// A call to AWS that was not answered with success, or could not be made.
package struct AWSError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Kinds of failure, by whether the call may have been carried out and what its sender can do.
    package enum Kind: Hashable, Sendable {
        /// Not carried out: fewer calls are asked for.
        case throttled
        /// Not carried out: the request itself, or its sender, was refused.
        case refused
        /// Not carried out: nothing was sent, as there are no credentials, no region, no connection.
        case notSent
        /// May have been carried out: a time-out, a broken connection, a server's error.
        case indefinite
    }

    /// The answer to whether the call may have been carried out.
    package let kind: Kind
    /// AWS's name of the error, such as `ValidationException`; empty when there was no answer.
    package let code: String
    /// For a log line, or for the person who set the environment; holds no secret and no payload.
    package let message: String
    /// The body of AWS's answer as it came; empty when there was no answer.
    package let body: [UInt8]

    /// The same as ``message``.
    package var description: String { message }

    init(_ kind: Kind, code: String = "", message: String, body: [UInt8] = []) {
        self.kind = kind
        self.code = code
        self.message = message
        self.body = body
    }
}

extension AWSError {
    /// A success whose body is not what the operation answers; the call was carried out.
    package static let unreadable = AWSError(.indefinite, message: "the answer can't be read")

    /// A write that was not sent because it was decided on too long ago.
    static let tooLate = AWSError(.notSent, message: "the call was decided too long ago")

    private static let throttles: Set<String> = [
        "ProvisionedThroughputExceededException", "ThrottlingException", "Throttling",
        "RequestLimitExceeded", "TooManyRequestsException", "TransactionConflictException",
        "ReplicatedWriteConflictException", "LimitExceededException",
    ]
    /// The first try of the same transaction is still under way, and may succeed.
    private static let underWay = "TransactionInProgressException"

    /// The failure that an answer without success tells of.
    ///
    /// `type` is its header `x-amzn-errortype`, where some services name the error; what stands behind
    /// a colon is no part of the name.
    init(status: Int, type: String? = nil, body: [UInt8]) {
        let (named, message) = AWSErrorDocument.read(body)
        let code = named.isEmpty ? String((type ?? "").prefix { $0 != ":" }) : named
        let kind: Kind =
            if code == Self.underWay {
                .indefinite
            } else if Self.throttles.contains(code) {
                .throttled
            } else {
                (400...499).contains(status) ? .refused : .indefinite
            }
        let text =
            code.isEmpty ? "status \(status)" : message.isEmpty ? code : "\(code): \(message)"
        self.init(kind, code: code, message: text, body: body)
    }
}

/// The JSON of an AWS error.
enum AWSErrorDocument {
    /// The error's name, without what stands before `#`, and its message; empty where absent.
    static func read(_ body: [UInt8]) -> (code: String, message: String) {
        body.withUnsafeBytes { bytes in
            do throws(JSONError) {
                var reader = try JSONReader(bytes, maximumDepth: 64)
                var found = (code: "", message: "")
                try reader.beginObject()
                while let name = try reader.nextMember() {
                    guard try reader.kind() == .string else {
                        _ = try reader.skipValue()
                        continue
                    }
                    let text = try reader.text(try reader.string())
                    if reader.text(of: name, is: "__type") {
                        found.code = text.split(separator: "#").last.map(String.init) ?? ""
                    } else if reader.text(of: name, is: "message")
                        || reader.text(of: name, is: "Message")
                    {
                        found.message = text
                    }
                }
                return found
            } catch {
                return ("", "")
            }
        }
    }
}
