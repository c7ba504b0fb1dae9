import CurlHTTP

/// DynamoDB's JSON protocol: signed calls over connections kept alive.
package final class DynamoDBClient: Sendable {
    /// Whether a call may be made again by the client.
    package enum Repetition: Sendable {
        /// A single attempt, sent at most once. The caller decides what follows.
        ///
        /// `decided`: When the caller decided on it, seconds since the epoch: what it is signed
        /// with, so that DynamoDB refuses it when it arrives five minutes later.
        ///
        /// `isValid`: Asked right before it is sent; false refuses it as not sent.
        case never(decided: Int64, isValid: @Sendable () -> Bool)
        /// Made again, a few times with pauses, unless it was refused: it changes nothing, or
        /// changes the same a second time.
        case harmless
    }

    private static let attempts = 4
    private static let firstPause: Double = 25

    private let environment: AWSEnvironment
    private let endpoint: AWSEndpoint
    private let attemptTimeout: Int
    private let now: @Sendable () -> Int64
    private let pause: @Sendable (Duration) async throws -> Void

    /// Whether it is AWS's own endpoint.
    package var isAWS: Bool { endpoint.isAWS }

    /// A client of the region's DynamoDB, or of the endpoint that the environment names.
    ///
    /// `attemptTimeout`: Milliseconds that one attempt of a call may take.
    package convenience init(
        _ environment: AWSEnvironment,
        attemptTimeout: Int
    ) throws(AWSEnvironmentError) {
        try self.init(
            environment,
            attemptTimeout: attemptTimeout,
            now: SystemTime.seconds,
            pause: { try await Task.sleep(for: $0) }
        )
    }

    init(
        _ environment: AWSEnvironment,
        attemptTimeout: Int,
        now: @escaping @Sendable () -> Int64,
        pause: @escaping @Sendable (Duration) async throws -> Void
    ) throws(AWSEnvironmentError) {
        self.environment = environment
        self.attemptTimeout = attemptTimeout
        self.now = now
        self.pause = pause
        endpoint = try environment.endpoint(of: "dynamodb")
    }

    /// Calls an operation such as `PutItem` and returns the answer's body.
    package func call(
        _ operation: StaticString,
        _ body: [UInt8],
        repetition: Repetition
    ) async throws(AWSError) -> [UInt8] {
        var attempt = 1
        while true {
            do throws(AWSError) {
                return try await callOnce(operation, body, repetition)
            } catch {
                guard case .harmless = repetition, attempt < Self.attempts,
                    error.kind != .refused, await waited(attempt)
                else { throw error }
                attempt += 1
            }
        }
    }

    /// Pauses before the next attempt, a random time that may double with each; false when the
    /// task was cancelled.
    private func waited(_ attempt: Int) async -> Bool {
        let longest = Self.firstPause * Double(1 << attempt)
        let pause = Duration.milliseconds(Double.random(in: 0...longest))
        do { try await self.pause(pause) } catch { return false }
        return !Task.isCancelled
    }

    private func callOnce(
        _ operation: StaticString,
        _ body: [UInt8],
        _ repetition: Repetition
    ) async throws(AWSError) -> [UInt8] {
        let credentials = try await credentials()
        let request = request(operation, body, credentials, repetition)
        if case .never(_, let isValid) = repetition, !isValid() { throw .tooLate }
        let answer: CurlResponse
        do throws(CurlError) {
            answer = try await environment.http.call(request)
        } catch {
            throw AWSError(error.mayHaveHappened ? .open : .notSent, message: error.message)
        }
        guard answer.status != 200 else { return answer.body }
        let error = AWSError(status: answer.status, body: answer.body)
        if Self.expired.contains(error.code) { environment.credentials.refuse(credentials) }
        throw error
    }

    private static let expired: Set<String> = [
        "ExpiredTokenException", "UnrecognizedClientException", "InvalidClientTokenId",
    ]

    private func credentials() async throws(AWSError) -> AWSCredentials {
        do throws(AWSCredentialsError) {
            return try await environment.credentials.credentials()
        } catch {
            throw AWSError(.notSent, message: error.message)
        }
    }

    private func request(
        _ operation: StaticString,
        _ body: [UInt8],
        _ credentials: AWSCredentials,
        _ repetition: Repetition
    ) -> CurlRequest {
        let (moment, sendsOnce) =
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
            headers: headers + signature.headers(for: signed, at: moment)
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
