#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import Logging
import Synchronization

/// The invocation that is being handled: there is one at a time.
final class CurrentInvocation: Sendable {
    private let requestID = Mutex("")

    /// Log records name `invocation` from now on, and the process's environment its trace.
    func begin(_ invocation: Invocation) {
        requestID.withLock { $0 = invocation.requestID }
        if let trace = invocation.trace {
            setenv("_X_AMZN_TRACE_ID", trace, 1)
        } else {
            unsetenv("_X_AMZN_TRACE_ID")
        }
    }

    /// What every log record gets.
    var metadata: Logger.Metadata {
        let id = requestID.withLock { $0 }
        return id.isEmpty ? [:] : ["request_id": .string(id)]
    }
}
