import CurlHTTP

/// A request of one of AWS's services, before it is signed.
struct ServiceRequest: Sendable {
    /// The service's name in signatures and host names: `dynamodb`.
    let service: String
    let endpoint: AWSEndpoint
    /// Beginning with a slash, percent-encoded once.
    var path = "/"
    /// Lower-case names with their values, without `host`; all of them are signed.
    let headers: [(name: String, value: String)]
    let body: [UInt8]
    /// The only status of a success.
    var success = 200
    /// The longest that it may take, connecting included.
    let timeout: Duration
    /// Never sent a second time, also not when a connection that was kept alive turns out dead.
    let sendsOnce: Bool

    /// The request as it is sent.
    fileprivate func signed(by signature: SigV4, at time: AWSTime) -> CurlRequest {
        let headers = headers + [(name: "host", value: endpoint.host)]
        let parts = SigV4.Request(method: "POST", path: path, headers: headers, body: body)
        var request = CurlRequest(
            method: "POST",
            url: "\(endpoint.scheme)://\(endpoint.host)\(path)",
            headers: headers + signature.headers(for: parts, at: time)
                + [(name: "connection", value: "keep-alive")],
            body: body,
            timeout: timeout
        )
        request.sendsOnce = sendsOnce
        request.connectTimeout = timeout
        if endpoint.isAWS { request.roots = .amazon }
        return request
    }
}

extension AWSEnvironment {
    private static let expired: Set<String> = [
        "ExpiredTokenException", "UnrecognizedClientException", "InvalidClientTokenId",
    ]

    /// Signs a request as of `time`, and sends it.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - time: The moment that is signed; AWS refuses it five minutes later.
    ///   - isValid: Asked right before it is sent; false refuses it as not sent.
    /// - Returns: The body of a success.
    /// - Throws: When there was no success; the kind of the error tells whether the request may have
    ///   been carried out.
    func call(
        _ request: ServiceRequest,
        at time: AWSTime,
        while isValid: @Sendable () -> Bool = { true }
    ) async throws(AWSError) -> [UInt8] {
        let valid = try await credentials.credentials()
        let signature = SigV4(region: region, service: request.service, credentials: valid)
        let signed = request.signed(by: signature, at: time)
        guard isValid() else { throw .tooLate }
        let answer: CurlResponse
        do throws(CurlError) {
            answer = try await http.call(signed)
        } catch {
            throw AWSError(error.mayHaveHappened ? .indefinite : .notSent, message: error.message)
        }
        guard answer.status != request.success else { return answer.body }
        let type = answer.header("x-amzn-errortype")
        let error = AWSError(status: answer.status, type: type, body: answer.body)
        if Self.expired.contains(error.code) { credentials.refuse(valid) }
        throw error
    }
}

extension CurlRoots {
    fileprivate static let amazon = CurlRoots.pem(AmazonRoots.pem)
}
