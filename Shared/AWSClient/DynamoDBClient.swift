/// DynamoDB's JSON protocol: signed calls over connections kept alive.
package final class DynamoDBClient: Sendable {
    /// The client's right to make a call again.
    package enum Repetition: Sendable {
        /// A single attempt, sent at most once. The caller decides what follows.
        ///
        /// - Parameters:
        ///   - decided: The time at which the caller decided on it. It is signed as of then, so
        ///     that DynamoDB refuses it when it arrives five minutes later.
        ///   - isValid: Asked right before it is sent; false refuses it as not sent.
        case never(decided: AWSTime, isValid: @Sendable () -> Bool)
        /// Made again, a few times with pauses, unless it was refused: it changes nothing, or
        /// changes the same a second time.
        case harmless
    }

    private static let attempts = 4
    private static let firstPause: Duration = .milliseconds(25)

    private let environment: AWSEnvironment
    private let endpoint: AWSEndpoint
    private let attemptTimeout: Duration
    private let now: @Sendable () -> AWSTime
    private let pause: @Sendable (Duration) async throws -> Void

    /// True for AWS's own endpoint, false for an emulation's or a proxy's.
    package var isAWS: Bool { endpoint.isAWS }

    /// A client of the region's DynamoDB, or of the endpoint that the environment names.
    ///
    /// - Parameters:
    ///   - environment: The region, the endpoint and the credentials of all calls.
    ///   - attemptTimeout: The longest that one attempt of a call may take.
    /// - Throws: When the environment names an endpoint that is no address.
    package convenience init(
        _ environment: AWSEnvironment,
        attemptTimeout: Duration
    ) throws(AWSError) {
        try self.init(
            environment,
            attemptTimeout: attemptTimeout,
            now: AWSTime.now,
            pause: { try await Task.sleep(for: $0) }
        )
    }

    init(
        _ environment: AWSEnvironment,
        attemptTimeout: Duration,
        now: @escaping @Sendable () -> AWSTime,
        pause: @escaping @Sendable (Duration) async throws -> Void
    ) throws(AWSError) {
        self.environment = environment
        self.attemptTimeout = attemptTimeout
        self.now = now
        self.pause = pause
        endpoint = try environment.endpoint(of: "dynamodb")
    }

    /// Calls an operation such as `PutItem` and returns the answer's body.
    package func call(
        _ operation: StaticString,
        body: [UInt8],
        repetition: Repetition
    ) async throws(AWSError) -> [UInt8] {
        var attempt = 1
        while true {
            do throws(AWSError) {
                return try await callOnce(operation, body: body, repetition: repetition)
            } catch {
                guard case .harmless = repetition, attempt < Self.attempts,
                    error.kind != .refused, await rest(after: attempt)
                else { throw error }
                attempt += 1
            }
        }
    }

    /// Pauses before the next attempt, a random time whose bound doubles with each.
    ///
    /// - Returns: False when the task was cancelled.
    private func rest(after attempt: Int) async -> Bool {
        let longest = Self.firstPause * (1 << attempt)
        let pause = longest * Double.random(in: 0...1)
        do { try await self.pause(pause) } catch { return false }
        return !Task.isCancelled
    }

    private func callOnce(
        _ operation: StaticString,
        body: [UInt8],
        repetition: Repetition
    ) async throws(AWSError) -> [UInt8] {
        switch repetition {
        case .never(let decided, let isValid):
            let request = request(operation, body: body, sendsOnce: true)
            return try await environment.call(request, at: decided, while: isValid)
        case .harmless:
            let request = request(operation, body: body, sendsOnce: false)
            return try await environment.call(request, at: now())
        }
    }

    private func request(
        _ operation: StaticString,
        body: [UInt8],
        sendsOnce: Bool
    ) -> ServiceRequest {
        ServiceRequest(
            service: "dynamodb",
            endpoint: endpoint,
            headers: [
                (name: "content-type", value: "application/x-amz-json-1.0"),
                (name: "x-amz-target", value: "DynamoDB_20120810.\(operation)"),
            ],
            body: body,
            timeout: attemptTimeout,
            sendsOnce: sendsOnce
        )
    }
}
