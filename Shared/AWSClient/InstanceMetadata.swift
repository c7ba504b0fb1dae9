import CurlHTTP

/// Credentials of an EC2 instance's role, by version 2 of the metadata service.
struct InstanceMetadata: CredentialsSource {
    private static let tokenSeconds = "21600"
    private static let roles = "/latest/meta-data/iam/security-credentials/"

    let variables: Variables
    let http: CurlPool
    /// Milliseconds.
    var callTimeout = 1_000

    /// Nil when it is switched off or there is no such service.
    func fetch() async throws(AWSCredentialsError) -> AWSCredentials? {
        guard variables["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true" else { return nil }
        let lifetime = ("X-aws-ec2-metadata-token-ttl-seconds", Self.tokenSeconds)
        guard let token = await call("PUT", "/latest/api/token", lifetime) else { return nil }
        let header = ("X-aws-ec2-metadata-token", String(decoding: token, as: UTF8.self))
        guard let list = await call("GET", Self.roles, header),
            let role = String(decoding: list, as: UTF8.self).split(whereSeparator: \.isNewline)
                .first
        else { throw AWSCredentialsError(message: "the instance has no role") }
        guard let body = await call("GET", Self.roles + role, header),
            let found = CredentialsDocument.read(body)
        else { throw AWSCredentialsError(message: "the metadata service gave no credentials") }
        return found
    }

    /// The body of a 200; nil for anything else.
    private func call(
        _ method: String,
        _ path: String,
        _ header: (name: String, value: String)
    ) async -> [UInt8]? {
        let host = variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? "http://169.254.169.254"
        var request = CurlRequest(
            method: method,
            url: (host.hasSuffix("/") ? String(host.dropLast()) : host) + path,
            headers: [header],
            timeout: callTimeout
        )
        request.isDirect = true
        request.connectTimeout = callTimeout
        do throws(CurlError) {
            let answer = try await http.call(request)
            return answer.status == 200 ? answer.body : nil
        } catch {
            return nil
        }
    }
}
