import CResolver
import CoreMetrics
import Dispatch
import Glibc
package import LedgerCore
package import LedgerService
import LineLog
import Logging

/// The process of a function.
package enum LambdaHost {
    /// Serves a function's events until the process is ended; never returns otherwise.
    ///
    /// `table` is called once, before the first event. When it throws, the function reports that
    /// it can't start.
    ///
    /// Not `async`: in a fully static executable an asynchronous `main` costs several milliseconds
    /// at the first suspension.
    package static func run(
        _ function: LedgerFunction,
        table: @escaping @Sendable (LambdaEnvironment) throws -> any Table
    ) -> Never {
        el_resolve_by_files_and_dns()
        let end = DispatchSemaphore(value: 0)
        Task.detached {
            await serve(function, table: table)
            end.signal()
        }
        end.wait()
        exit(EXIT_FAILURE)
    }

    private static func serve(
        _ function: LedgerFunction,
        table: @Sendable (LambdaEnvironment) throws -> any Table
    ) async {
        guard let address = LambdaEnvironment.variable("AWS_LAMBDA_RUNTIME_API") else {
            return complain("AWS_LAMBDA_RUNTIME_API is not set: this is a Lambda function")
        }
        let host = FunctionHost(
            function,
            runtime: RuntimeAPI(address: address),
            variable: LambdaEnvironment.variable,
            clock: SystemClock()
        )
        MetricsSystem.bootstrap(host.metrics)
        do throws(RuntimeFailure) {
            try await host.run(table: table)
        } catch {
            complain(error.description)
        }
    }

    private static func complain(_ message: String) {
        LineLogHandler.writeToStandardError(Array((message + "\n").utf8))
    }
}
