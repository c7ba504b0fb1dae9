import LedgerService
import Logging

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
