import CurlHTTP

/// Credentials of the task's role on ECS, or of the pod's on EKS (pod identity).
struct ContainerCredentials: CredentialsSource {
    static let ecsHost = "http://169.254.170.2"

    let variables: Variables
    let http: CurlPool
    /// Where relative addresses lead.
    var relativeHost = ContainerCredentials.ecsHost
    /// Milliseconds.
    var callTimeout = 2_000

    /// Nil when no endpoint is set.
    func fetch() async throws(AWSCredentialsError) -> AWSCredentials? {
        guard let url = try address() else { return nil }
        var request = CurlRequest(url: url, timeout: callTimeout)
        request.isDirect = true
        if let token = try token() { request.headers = [("Authorization", token)] }
        let answer: CurlResponse
        do throws(CurlError) {
            answer = try await http.call(request)
        } catch {
            throw AWSCredentialsError(message: "the container's endpoint: \(error)")
        }
        guard answer.status == 200, let found = CredentialsDocument.read(answer.body) else {
            throw AWSCredentialsError(
                message: "the container's endpoint answered \(answer.status) without credentials"
            )
        }
        return found
    }

    private func address() throws(AWSCredentialsError) -> String? {
        if let path = variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
            guard path.hasPrefix("/") else {
                throw AWSCredentialsError(
                    message: "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must begin with a slash"
                )
            }
            return relativeHost + path
        }
        guard let url = variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] else { return nil }
        guard Self.isAllowed(url) else {
            throw AWSCredentialsError(
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
    private func token() throws(AWSCredentialsError) -> String? {
        guard let path = variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] else {
            return variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
        }
        guard let text = TextFile.read(path) else {
            throw AWSCredentialsError(message: "the container's token file can't be read")
        }
        return text.split(whereSeparator: \.isWhitespace).first.map(String.init)
    }
}
