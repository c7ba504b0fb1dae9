import Logging
import Synchronization

/// The invocation that is being handled: there is one at a time.
final class CurrentInvocation: Sendable {
    private let fields = Mutex<Logger.Metadata>([:])

    /// Log records name `invocation` and its trace from now on.
    ///
    /// The trace does not go into the process's environment, where tracing libraries look for it:
    /// there is none here, and the environment can't be changed while other threads read it.
    func begin(_ invocation: Invocation) {
        var metadata: Logger.Metadata = ["request_id": .string(invocation.requestID)]
        if let trace = invocation.trace { metadata["trace_id"] = .string(trace) }
        let found = metadata
        fields.withLock { $0 = found }
    }

    /// What every log record gets.
    var metadata: Logger.Metadata { fields.withLock { $0 } }
}
