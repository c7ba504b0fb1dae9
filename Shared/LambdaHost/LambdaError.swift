import LedgerCore
import LedgerService
import RawJSON

/// A function can't start, can't take an event, or gets no more of them.
struct LambdaError: Error, Hashable, CustomStringConvertible {
    /// The reason, for a person.
    let description: String
}

/// Reasons to refuse an event, of which nothing was done; none repeats the event's content.
extension LambdaError {
    /// The event is not JSON, or a member has the wrong type.
    static func malformed(_ error: JSONError) -> LambdaError {
        LambdaError(description: "the event is not as it should be: \(error)")
    }

    /// The body is said to be base64 and is not.
    static let badBase64 = LambdaError(
        description: "the event's body is not the base64 it is said to be"
    )

    /// No function takes this kind of event.
    static let unknown = LambdaError(
        description: "the event is neither an HTTP request (payload version 2.0), nor a DynamoDB "
            + "stream batch, nor a schedule, nor a call of a function"
    )

    /// The streams of a call for webhooks are none, too many, or no streams.
    static let badStreams = LambdaError(
        description: "the event's streams must be the names of 1 to \(Limits.pushStreams) streams"
    )

    /// This function does not take this kind of event.
    static func foreign(kind: String, function: LedgerFunction) -> LambdaError {
        LambdaError(description: "the function \(function.rawValue) does not take \(kind)")
    }
}
