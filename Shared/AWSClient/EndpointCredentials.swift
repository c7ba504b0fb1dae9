import CurlHTTP
import RawJSON

/// Credentials of the task's role on ECS, or of the pod's on EKS (pod identity).
struct ContainerCredentials: CredentialsSource {
    static let ecsHost = "http://169.254.170.2"

    let variables: Variables
    let http: CurlPool
    /// The scheme and host before a relative address.
    var relativeHost = ContainerCredentials.ecsHost
    var timeout: Duration = .seconds(2)

    /// The credentials that the endpoint answers with; nil when no endpoint is set.
    func fetch() async throws(AWSError) -> AWSCredentials? {
        guard let url = try address() else { return nil }
        var request = CurlRequest(url: url, timeout: timeout)
        request.isDirect = true
        if let token = try token() { request.headers = [("Authorization", token)] }
        let answer: CurlResponse
        do throws(CurlError) {
            answer = try await http.call(request)
        } catch {
            throw AWSError(.notSent, message: "the container's endpoint: \(error)")
        }
        guard answer.status == 200, let found = CredentialsDocument.read(answer.body) else {
            throw AWSError(
                .notSent,
                message: "the container's endpoint answered \(answer.status) without credentials"
            )
        }
        return found
    }

    private func address() throws(AWSError) -> String? {
        if let path = variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
            guard path.hasPrefix("/") else {
                throw AWSError(
                    .notSent,
                    message: "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must begin with a slash"
                )
            }
            return relativeHost + path
        }
        guard let url = variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] else { return nil }
        guard Self.isAllowed(url) else {
            throw AWSError(
                .notSent,
                message: "AWS_CONTAINER_CREDENTIALS_FULL_URI leads to a host that is not allowed"
            )
        }
        return url
    }

    /// Any host over TLS; without it only this machine, and the addresses of ECS and EKS.
    static func isAllowed(_ url: String) -> Bool {
        if url.hasPrefix("https://") { return true }
        guard url.hasPrefix("http://") else { return false }
        let authority = url.dropFirst(7).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else { return false }
        let host: Substring
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { return false }
            host = authority[...end]
        } else {
            host = authority.prefix { $0 != ":" }
        }
        let known: Set<Substring> = [
            "localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]",
        ]
        return known.contains(host) || isLoopback(host)
    }

    /// An address in 127.0.0.0/8, in its usual form.
    private static func isLoopback(_ host: Substring) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Read at every fetch: the file is replaced as the token expires.
    private func token() throws(AWSError) -> String? {
        guard let path = variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] else {
            return variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
        }
        guard let text = TextFile.read(path) else {
            throw AWSError(.notSent, message: "the container's token file can't be read")
        }
        return text.split(whereSeparator: \.isWhitespace).first.map(String.init)
    }
}

/// Credentials of an EC2 instance's role, by version 2 of the metadata service.
struct InstanceMetadata: CredentialsSource {
    private static let tokenSeconds = "21600"
    private static let roles = "/latest/meta-data/iam/security-credentials/"

    let variables: Variables
    let http: CurlPool
    var timeout: Duration = .seconds(1)

    /// The role's credentials; nil when the service is switched off or not there.
    func fetch() async throws(AWSError) -> AWSCredentials? {
        guard variables["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true" else { return nil }
        let lifetime = ("X-aws-ec2-metadata-token-ttl-seconds", Self.tokenSeconds)
        guard let token = await call("PUT", path: "/latest/api/token", header: lifetime)
        else { return nil }
        let header = ("X-aws-ec2-metadata-token", String(decoding: token, as: UTF8.self))
        guard let list = await call("GET", path: Self.roles, header: header),
            let role = String(decoding: list, as: UTF8.self).split(whereSeparator: \.isNewline)
                .first
        else { throw AWSError(.notSent, message: "the instance has no role") }
        guard let body = await call("GET", path: Self.roles + role, header: header),
            let found = CredentialsDocument.read(body)
        else { throw AWSError(.notSent, message: "the metadata service gave no credentials") }
        return found
    }

    /// The body of a 200; nil for anything else.
    private func call(
        _ method: String,
        path: String,
        header: (name: String, value: String)
    ) async -> [UInt8]? {
        let host = variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? "http://169.254.169.254"
        var request = CurlRequest(
            method: method,
            url: (host.hasSuffix("/") ? String(host.dropLast()) : host) + path,
            headers: [header],
            timeout: timeout
        )
        request.isDirect = true
        request.connectTimeout = timeout
        do throws(CurlError) {
            let answer = try await http.call(request)
            return answer.status == 200 ? answer.body : nil
        } catch {
            return nil
        }
    }
}

/// The answer of a container's endpoint or of the instance metadata service.
enum CredentialsDocument {
    /// Reads `AccessKeyId`, `SecretAccessKey`, `Token` and `Expiration`; nil for anything else.
    static func read(_ body: [UInt8]) -> AWSCredentials? {
        let fields = body.withUnsafeBytes { bytes in Self.fields(bytes) }
        guard let fields, let id = fields["AccessKeyId"], let secret = fields["SecretAccessKey"],
            let expiration = fields["Expiration"].flatMap(AWSTime.init(_:))
        else { return nil }
        return AWSCredentials(
            accessKeyID: id,
            secretAccessKey: secret,
            sessionToken: fields["Token"],
            expiration: expiration
        )
    }

    /// The members that are strings.
    private static func fields(_ body: UnsafeRawBufferPointer) -> [String: String]? {
        do throws(JSONError) {
            var reader = try JSONReader(body, maximumDepth: 8)
            var fields: [String: String] = [:]
            try reader.beginObject()
            while let name = try reader.nextMember() {
                if try reader.kind() == .string {
                    fields[try reader.text(name)] = try reader.text(try reader.string())
                } else {
                    _ = try reader.skipValue()
                }
            }
            try reader.end()
            return fields
        } catch {
            return nil
        }
    }
}
