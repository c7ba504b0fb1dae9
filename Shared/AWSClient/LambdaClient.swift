import LedgerBytes

/// AWS Lambda's API, as far as functions invoke each other.
package final class LambdaClient: Sendable {
    private let environment: AWSEnvironment
    private let endpoint: AWSEndpoint
    private let timeout: Duration
    private let now: @Sendable () -> AWSTime

    /// A client of the region's Lambda, or of the endpoint that the environment names.
    ///
    /// - Parameters:
    ///   - environment: The region, the endpoint and the credentials of all calls.
    ///   - timeout: The longest that a call may take.
    /// - Throws: When the environment names an endpoint that is no address.
    package convenience init(
        _ environment: AWSEnvironment,
        timeout: Duration = .seconds(2)
    ) throws(AWSError) {
        try self.init(environment, timeout: timeout, now: AWSTime.now)
    }

    init(
        _ environment: AWSEnvironment,
        timeout: Duration,
        now: @escaping @Sendable () -> AWSTime
    ) throws(AWSError) {
        self.environment = environment
        self.timeout = timeout
        self.now = now
        endpoint = try environment.endpoint(of: "lambda")
    }

    /// Has Lambda queue an event for a function, whose answer nobody gets.
    ///
    /// A call that fails is not made again. Lambda may hand the event over twice, or late.
    ///
    /// - Parameters:
    ///   - function: The function's name or ARN.
    ///   - event: The event, JSON of 1 MB at most.
    /// - Throws: When Lambda did not say that it has the event; the kind of the error tells whether it
    ///   may have it.
    package func invoke(_ function: String, with event: [UInt8]) async throws(AWSError) {
        let request = ServiceRequest(
            service: "lambda",
            endpoint: endpoint,
            path: "/2015-03-31/functions/\(PercentCoding.encode(function))/invocations",
            headers: [
                (name: "content-type", value: "application/json"),
                (name: "x-amz-invocation-type", value: "Event"),
            ],
            body: event,
            success: 202,
            timeout: timeout,
            sendsOnce: false
        )
        _ = try await environment.call(request, at: now())
    }
}
