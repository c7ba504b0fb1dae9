import CResolver
import CoreMetrics
import Dispatch
package import LedgerCore
package import LedgerService
import LineLog
import Logging
import Platform
import Glibc

/// The process of a Lambda function.
package enum LambdaHost {
    /// Serves a function's events until the process is ended.
    ///
    /// It is not `async`, since in a fully static executable an asynchronous `main` costs several
    /// milliseconds at the first suspension.
    ///
    /// - Parameters:
    ///   - function: the routes and events that this process takes.
    ///   - connect: opens what the function works with; called once, before the first event. Its
    ///     error is reported to Lambda as a failed start.
    package static func run(
        _ function: LedgerFunction,
        connect: @escaping @Sendable (LambdaEnvironment) throws -> FunctionConnections
    ) -> Never {
        el_resolve_by_files_and_dns()
        let end = DispatchSemaphore(value: 0)
        Task.detached {
            await serve(function, connect: connect)
            end.signal()
        }
        end.wait()
        exit(EXIT_FAILURE)
    }

    private static func serve(
        _ function: LedgerFunction,
        connect: @Sendable (LambdaEnvironment) throws -> FunctionConnections
    ) async {
        guard let address = ProcessEnvironment.value("AWS_LAMBDA_RUNTIME_API") else {
            return complain("AWS_LAMBDA_RUNTIME_API is not set: this is a Lambda function")
        }
        let host = FunctionHost(
            function,
            runtime: RuntimeAPI(address: address),
            variable: ProcessEnvironment.value,
            clock: SystemClock()
        )
        MetricsSystem.bootstrap(host.metrics)
        do throws(LambdaError) {
            try await host.run(connect: connect)
        } catch {
            complain(error.description)
        }
    }

    private static func complain(_ message: String) {
        LineLogHandler.writeToStandardError(Array((message + "\n").utf8))
    }
}

/// What a function works with, as its main program opens it.
package struct FunctionConnections: Sendable {
    /// Has Lambda queue an event, JSON, for the function of a name or ARN.
    package typealias Invocation = @Sendable (String, [UInt8]) async throws -> Void

    let table: any Table
    let webhookSender: (any WebhookSender)?
    let invoke: Invocation?

    /// - Parameters:
    ///   - table: the ledger's table.
    ///   - webhookSender: sends requests to webhooks; nil for a function that sends none.
    ///   - invoke: invokes another function; nil for one that has none to invoke.
    package init(
        table: any Table,
        webhookSender: (any WebhookSender)? = nil,
        invoke: Invocation? = nil
    ) {
        self.table = table
        self.webhookSender = webhookSender
        self.invoke = invoke
    }

    /// Rings the function that sends webhooks; nil where there is none, or no way to it.
    func ringPush(
        by environment: LambdaEnvironment
    ) -> (@Sendable ([StreamID]) async throws -> Void)? {
        guard let invoke, let function = environment.pushFunction else { return nil }
        return { streams in try await invoke(function, PushCall.event(for: streams)) }
    }
}

/// A function without its process, so that tests can start it too.
struct FunctionHost: Sendable {
    let metrics: EmbeddedMetrics

    private let function: LedgerFunction
    private let runtime: RuntimeAPI
    private let variable: @Sendable (String) -> String?
    private let clock: any LedgerClock
    private let writeLog: @Sendable ([UInt8]) -> Void

    init(
        _ function: LedgerFunction,
        runtime: RuntimeAPI,
        variable: @escaping @Sendable (String) -> String?,
        clock: any LedgerClock,
        writeMetrics: @escaping @Sendable ([UInt8]) -> Void = LineOutput.writeToStandardOutput,
        writeLog: @escaping @Sendable ([UInt8]) -> Void = LineLogHandler.writeToStandardError
    ) {
        self.function = function
        self.runtime = runtime
        self.variable = variable
        self.clock = clock
        self.writeLog = writeLog
        // The deployed name keeps the metrics of two deployments in one account apart.
        metrics = EmbeddedMetrics(
            function: variable("AWS_LAMBDA_FUNCTION_NAME") ?? function.rawValue,
            now: { clock.now() },
            write: writeMetrics
        )
    }

    /// Serves until the Runtime API fails, or reports that the function can't start.
    func run(
        connect: @Sendable (LambdaEnvironment) throws -> FunctionConnections
    ) async throws(LambdaError) {
        let environment: LambdaEnvironment
        let connections: FunctionConnections
        do {
            environment = try LambdaEnvironment(reading: variable)
            connections = try connect(environment)
        } catch {
            let failure = FunctionFailure(type: "Function.InitFailed", message: "\(error)")
            return try await runtime.failInit(with: failure)
        }
        let current = CurrentInvocation()
        let logger = logger(at: environment.logLevel, during: current)
        var settings = Ledger.Configuration()
        // The compactor runs every minute; the others need no right to write the clock's row.
        settings.keepsClock = function == .compactor
        settings.noteLag = { [metrics] in metrics.note($0) }
        settings.webhookSender = connections.webhookSender
        settings.ringPush = connections.ringPush(by: environment)
        let ledger = Ledger(
            table: connections.table,
            clock: clock,
            configuration: settings,
            logger: logger
        )
        let loop = RuntimeLoop(
            runtime: runtime,
            handler: FunctionHandler(
                function,
                of: ledger,
                keys: .on(
                    KeySettings(
                        rootHash: environment.rootKeyHash,
                        requestsPerSecond: environment.requestsPerSecond
                    )
                ),
                clock: clock,
                metrics: metrics
            ),
            current: current,
            metrics: metrics,
            logger: logger
        )
        try await loop.run()
    }

    private func logger(
        at level: Logger.Level,
        during current: CurrentInvocation
    ) -> Logger {
        Logger(label: "eventledger.\(function.rawValue)") { [writeLog] label in
            var handler = LineLogHandler(
                label: label,
                level: level,
                format: .json,
                write: writeLog
            )
            handler.metadataProvider = Logger.MetadataProvider { current.metadata }
            return handler
        }
    }
}
