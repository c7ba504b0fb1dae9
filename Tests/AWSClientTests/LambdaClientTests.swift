import Loopback
import Testing

@testable import AWSClient

@Suite("Lambda client")
struct LambdaClientTests {
    private static let now = AWSTime(seconds: 1_800_000_000)
    private static let event = Array(#"{"eventledger":"push","streams":["s"]}"#.utf8)

    private static func answer(_ status: Int, header: String = "", body: String = "") -> String {
        "HTTP/1.1 \(status) X\r\n\(header)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private func client(_ url: String) throws -> LambdaClient {
        let variables = Variables([
            "AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL_LAMBDA": url,
            "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID": "A",
            "AWS_SECRET_ACCESS_KEY": "S", "AWS_SESSION_TOKEN": "T",
        ])
        return try LambdaClient(
            AWSEnvironment(variables),
            timeout: .seconds(300),
            now: { Self.now }
        )
    }

    @Test(
        "An event is queued by a signed call that says so",
        arguments: [
            ("ledger-push", "/2015-03-31/functions/ledger-push/invocations"),
            ("arn:aws:f", "/2015-03-31/functions/arn%3Aaws%3Af/invocations"),
        ]
    )
    func request(function: String, path: String) async throws {
        let server = TinyServer { _ in Self.answer(202) }
        try await client(server.url).invoke(function, with: Self.event)
        let request = server.requests[0]
        #expect(request.hasPrefix("POST \(path) HTTP/1.1\r\n"))
        #expect(request.contains("x-amz-invocation-type: Event\r\n"))
        #expect(request.contains("x-amz-security-token: T\r\n"))
        #expect(request.hasSuffix("\r\n\r\n" + String(decoding: Self.event, as: UTF8.self)))
        let host = server.url.dropFirst("http://".count)
        let signed = SigV4.Request(
            method: "POST",
            path: path,
            headers: [
                ("content-type", "application/json"), ("host", String(host)),
                ("x-amz-invocation-type", "Event"),
            ],
            body: Self.event
        )
        let credentials = AWSCredentials(
            accessKeyID: "A",
            secretAccessKey: "S",
            sessionToken: "T"
        )
        let signature = SigV4(region: "eu-central-1", service: "lambda", credentials: credentials)
        for header in signature.headers(for: signed, at: Self.now) {
            #expect(request.contains("\(header.name): \(header.value)\r\n"))
        }
    }

    @Test(
        "Anything but an accepted event is a failure that names the error, and is not called again",
        arguments: [
            (200, "", AWSError.Kind.indefinite, ""),
            (404, "ResourceNotFoundException", .refused, "ResourceNotFoundException"),
            (403, "AccessDeniedException:http://a/b", .refused, "AccessDeniedException"),
            (429, "TooManyRequestsException", .throttled, "TooManyRequestsException"),
            (500, "ServiceException", .indefinite, "ServiceException"),
        ]
    )
    func failure(status: Int, type: String, kind: AWSError.Kind, code: String) async throws {
        let server = TinyServer { _ in
            Self.answer(
                status,
                header: type.isEmpty ? "" : "x-amzn-ErrorType: \(type)\r\n",
                body: #"{"Type":"User","message":"why"}"#
            )
        }
        let client = try client(server.url)
        let error = await #expect(throws: AWSError.self) {
            try await client.invoke("f", with: Self.event)
        }
        #expect(error?.kind == kind && error?.code == code)
        #expect(error?.message == (code.isEmpty ? "status \(status)" : "\(code): why"))
        #expect(server.requests.count == 1)
    }

    @Test("Where nobody is there, no event was queued")
    func notSent() async throws {
        let client = try client("http://127.0.0.1:1")
        let error = await #expect(throws: AWSError.self) {
            try await client.invoke("f", with: Self.event)
        }
        #expect(error?.kind == .notSent)
    }

    @Test("Without an endpoint it is the region's own, with AWS's roots")
    func awsHost() throws {
        let environment = try AWSEnvironment(Variables(["AWS_REGION": "eu-west-1"]))
        let endpoint = try environment.endpoint(of: "lambda")
        #expect(endpoint.host == "lambda.eu-west-1.amazonaws.com" && endpoint.isAWS)
    }
}
