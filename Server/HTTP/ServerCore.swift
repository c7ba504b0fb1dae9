import LedgerService
import Logging
import NIOCore

/// What all connections of a server share.
final class ServerCore: Sendable {
    let limits: HTTPLimits
    let timeouts: HTTPTimeouts
    /// Nil serves plain HTTP.
    let tls: TLSIdentity?
    /// Whether requests need an API key.
    let needsKeys: Bool
    /// Nil: web pages of other hosts may not see any answer.
    let origins: AllowedOrigins?
    let handler: any APIHandler
    let compressor: ResponseCompressor?
    let metrics: PrometheusMetrics
    let http: HTTPMetrics
    let logger: Logger
    let admission: Admission
    /// For requests with compressed bodies.
    let bulk = BulkExecutor(threads: max(1, Processors.available / 2))

    init(
        configuration: ServerConfiguration,
        handler: any APIHandler,
        compressor: ResponseCompressor?,
        metrics: PrometheusMetrics,
        logger: Logger
    ) throws(ConfigurationError) {
        let admission = Admission(limits: configuration.limits)
        limits = configuration.limits
        timeouts = configuration.timeouts
        needsKeys = configuration.keys.isOn
        origins =
            configuration.corsOrigins.isEmpty ? nil : AllowedOrigins(configuration.corsOrigins)
        if let files = configuration.tls { tls = try TLSIdentity(files) } else { tls = nil }
        self.handler = handler
        self.compressor = compressor
        self.metrics = metrics
        self.logger = logger
        self.admission = admission
        http = HTTPMetrics(metrics, admission: admission)
    }
}
