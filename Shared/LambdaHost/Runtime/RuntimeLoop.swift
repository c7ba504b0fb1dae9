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

    /// Handles events for ever, or until the Runtime API fails.
    func run() async throws(LambdaError) -> Never {
        while true {
            let invocation = try await runtime.next()
            current.begin(invocation)
            let start = handler.clock.uptime()
            try await answer(invocation)
            let took = handler.clock.uptime() - start
            metrics.flush(requestID: invocation.requestID, took: took)
        }
    }

    private func answer(_ invocation: Invocation) async throws(LambdaError) {
        let answer: [UInt8]
        do throws(LambdaError) {
            answer = try await handler.handle(invocation.event, by: invocation.deadline)
        } catch {
            logger.error("the event was refused", metadata: ["error": "\(error)"])
            let failure = FunctionFailure(type: "Function.BadEvent", message: error.description)
            return try await runtime.fail(invocation.requestID, with: failure)
        }
        let status = try await runtime.respond(to: invocation.requestID, with: answer)
        guard status != 202 else { return }
        logger.error(
            "the answer was refused",
            metadata: ["status": "\(status)", "bytes": "\(answer.count)"]
        )
        let failure = FunctionFailure(
            type: "Function.AnswerRefused",
            message: "the Runtime API refused the answer with \(status)"
        )
        try await runtime.fail(invocation.requestID, with: failure)
    }
}

/// One event for the function, as the Runtime API hands it over.
struct Invocation: Sendable {
    /// The time at which Lambda stops the function, whatever it is doing.
    let deadline: Timestamp
    /// The invocation's id, in the paths of its answer and in logs.
    let requestID: String
    /// The X-Ray header; nil when the invocation is not traced.
    let trace: String?
    /// The event's JSON as it was handed over.
    let event: [UInt8]
}

/// The invocation that is being handled, of which a function has one at a time.
final class CurrentInvocation: Sendable {
    private let fields = Mutex<Logger.Metadata>([:])

    /// Makes log records name `invocation` and its trace from now on.
    ///
    /// The trace does not go into the process's environment, where tracing libraries look for it.
    /// There is no such library here, and the environment must not change while threads read it.
    func begin(_ invocation: Invocation) {
        var metadata: Logger.Metadata = ["request_id": .string(invocation.requestID)]
        if let trace = invocation.trace { metadata["trace_id"] = .string(trace) }
        let found = metadata
        fields.withLock { $0 = found }
    }

    /// The metadata for every log record of this invocation.
    var metadata: Logger.Metadata { fields.withLock { $0 } }
}
