import LedgerCore
import LedgerService
import Logging
import Synchronization

/// Takes events one after another, until the Runtime API fails.
struct RuntimeLoop: Sendable {
    let runtime: RuntimeAPI
    let handler: FunctionHandler
    let current: CurrentInvocation
    let metrics: EmbeddedMetrics
    let logger: Logger

    /// Returns never, other than by an error.
    func run() async throws(RuntimeFailure) -> Never {
        while true {
            let invocation = try await runtime.next()
            current.begin(invocation)
            let start = handler.clock.uptime()
            try await answer(invocation)
            let took = handler.clock.uptime() - start
            metrics.flush(requestID: invocation.requestID, milliseconds: took)
        }
    }

    private func answer(_ invocation: Invocation) async throws(RuntimeFailure) {
        let answer: [UInt8]
        do throws(LambdaEventError) {
            answer = try await handler.handle(invocation.event, by: invocation.deadline)
        } catch {
            logger.error("the event was refused", metadata: ["error": "\(error)"])
            let failure = FunctionFailure(type: "Function.BadEvent", message: error.description)
            return try await runtime.fail(invocation.requestID, failure)
        }
        let status = try await runtime.respond(invocation.requestID, answer)
        guard status != 202 else { return }
        logger.error(
            "the answer was refused",
            metadata: ["status": "\(status)", "bytes": "\(answer.count)"]
        )
        let failure = FunctionFailure(
            type: "Function.AnswerRefused",
            message: "the Runtime API refused the answer with \(status)"
        )
        try await runtime.fail(invocation.requestID, failure)
    }
}

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
