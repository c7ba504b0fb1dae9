import CurlHTTP
import Platform

/// Region, endpoints and credentials, found as AWS's SDKs find them.
///
/// Copies share their connections and credentials.
package struct AWSEnvironment: Sendable {
    /// The name of the region that calls go to and are signed for, such as `eu-central-1`.
    package let region: String

    let variables: Variables
    let http: CurlPool
    let credentials: CredentialsProvider

    /// From this process's environment variables and, where they say nothing, the profile files.
    ///
    /// `AWS_REGION` or `AWS_DEFAULT_REGION`; `AWS_ENDPOINT_URL_DYNAMODB` or `AWS_ENDPOINT_URL`.
    /// Makes no call.
    package static func fromProcess() throws(AWSError) -> AWSEnvironment {
        try AWSEnvironment(.process)
    }

    /// The environment of this process with some variables set otherwise.
    package static func fromProcess(
        overriding others: [String: String]
    ) throws(AWSError) -> AWSEnvironment {
        try AWSEnvironment(Variables { others[$0] ?? Variables.process[$0] })
    }

    init(_ variables: Variables) throws(AWSError) {
        let named = variables["AWS_REGION"] ?? variables["AWS_DEFAULT_REGION"]
        guard let region = named ?? ProfileCredentials(variables: variables).region else {
            throw AWSError(.notSent, message: "no AWS region: set AWS_REGION")
        }
        let isPlain = region.utf8.allSatisfy { byte in
            (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2d
        }
        guard isPlain else { throw AWSError(.notSent, message: "AWS_REGION is not a region") }
        self.region = region
        self.variables = variables
        http = CurlPool()
        credentials = .chain(variables, http: http)
    }

    /// A service's address: from its own variable, from the one for all services, or AWS's host.
    func endpoint(of service: String) throws(AWSError) -> AWSEndpoint {
        let url =
            variables["AWS_ENDPOINT_URL_\(service.uppercased())"] ?? variables["AWS_ENDPOINT_URL"]
        guard let url else {
            let domain = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
            return AWSEndpoint(scheme: "https", host: "\(service).\(region).\(domain)", isAWS: true)
        }
        guard let endpoint = AWSEndpoint(url) else {
            throw AWSError(.notSent, message: "an endpoint must be http://HOST or https://HOST")
        }
        return endpoint
    }
}

/// The address at which a service is called.
struct AWSEndpoint: Hashable, Sendable {
    let scheme: String
    /// With the port, if it is not the scheme's own.
    let host: String
    /// True when one of Amazon's roots must have signed its certificate.
    let isAWS: Bool

    /// Of all regions, and of those in China.
    private static let awsDomains = ["amazonaws.com", "amazonaws.com.cn"]

    init(scheme: String, host: String, isAWS: Bool) {
        self.scheme = scheme
        self.host = host
        self.isAWS = isAWS
    }

    /// Takes `http://host:port` with at most a slash after it; nil for anything else.
    init?(_ url: String) {
        guard let colon = url.firstIndex(of: ":") else { return nil }
        let scheme = url[..<colon]
        let rest = url[colon...]
        guard scheme == "http" || scheme == "https", rest.hasPrefix("://") else { return nil }
        var host = rest.dropFirst(3)
        if host.last == "/" { host.removeLast() }
        let isPlain = host.utf8.allSatisfy { byte in
            byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "/") && byte != UInt8(ascii: "@")
                && byte != UInt8(ascii: "?") && byte != UInt8(ascii: "#")
        }
        guard isPlain, !host.isEmpty else { return nil }
        let defaultPort = scheme == "https" ? ":443" : ":80"
        if host.hasSuffix(defaultPort) { host.removeLast(defaultPort.count) }
        let isAWS =
            scheme == "https" && Self.awsDomains.contains { host.hasSuffix(".\($0)") }
        self.init(scheme: String(scheme), host: String(host), isAWS: isAWS)
    }
}

/// Environment variables by name; an empty one counts as not set.
struct Variables: Sendable {
    private let read: @Sendable (String) -> String?

    init(_ read: @escaping @Sendable (String) -> String?) {
        self.read = read
    }

    /// The variables of this process.
    static let process = Variables(ProcessEnvironment.value)

    subscript(name: String) -> String? {
        guard let value = read(name), !value.isEmpty else { return nil }
        return value
    }
}
