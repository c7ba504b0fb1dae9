import CurlHTTP

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
        let credentials = try await environment.credentials.credentials()
        let request = request(
            operation,
            body: body,
            credentials: credentials,
            repetition: repetition
        )
        if case .never(_, let isValid) = repetition, !isValid() { throw .tooLate }
        let answer: CurlResponse
        do throws(CurlError) {
            answer = try await environment.http.call(request)
        } catch {
            throw AWSError(error.mayHaveHappened ? .indefinite : .notSent, message: error.message)
        }
        guard answer.status != 200 else { return answer.body }
        let error = AWSError(status: answer.status, body: answer.body)
        if Self.expired.contains(error.code) { environment.credentials.refuse(credentials) }
        throw error
    }

    private static let expired: Set<String> = [
        "ExpiredTokenException", "UnrecognizedClientException", "InvalidClientTokenId",
    ]

    private func request(
        _ operation: StaticString,
        body: [UInt8],
        credentials: AWSCredentials,
        repetition: Repetition
    ) -> CurlRequest {
        let (time, sendsOnce) =
            switch repetition {
            case .never(let decided, _): (decided, true)
            case .harmless: (now(), false)
            }
        let headers = [
            (name: "content-type", value: "application/x-amz-json-1.0"),
            (name: "host", value: endpoint.host),
            (name: "x-amz-target", value: "DynamoDB_20120810.\(operation)"),
        ]
        let signature = SigV4(
            region: environment.region,
            service: "dynamodb",
            credentials: credentials
        )
        let signed = SigV4.Request(method: "POST", path: "/", headers: headers, body: body)
        var request = CurlRequest(
            method: "POST",
            url: "\(endpoint.scheme)://\(endpoint.host)/",
            headers: headers + signature.headers(for: signed, at: time)
                + [(name: "connection", value: "keep-alive")],
            body: body,
            timeout: attemptTimeout
        )
        request.sendsOnce = sendsOnce
        request.connectTimeout = attemptTimeout
        if endpoint.isAWS { request.roots = .amazon }
        return request
    }
}

extension CurlRoots {
    static let amazon = CurlRoots.pem(AmazonRoots.pem)
}
