import CurlHTTP
import Loopback
import Synchronization
import Testing

@testable import AWSClient

@Suite("DynamoDB client")
struct ClientTests {
    private static func answer(_ status: Int, body: String) -> String {
        "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static func error(_ code: String) -> String {
        "{\"__type\": \"com.amazonaws.dynamodb.v20120810#\(code)\", \"message\": \"why\"}"
    }

    private static let now = AWSTime(seconds: 1_800_000_000)
    /// A single attempt, decided on just now.
    private static let once = DynamoDBClient.Repetition.never(decided: now) { true }

    private func client(_ url: String) throws -> DynamoDBClient {
        let variables = Variables([
            "AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL_DYNAMODB": url,
            "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID": "A",
            "AWS_SECRET_ACCESS_KEY": "S",
        ])
        return try DynamoDBClient(
            AWSEnvironment(variables),
            attemptTimeout: .seconds(300),
            now: { Self.now },
            pause: { _ in }
        )
    }

    @Test(
        "A failure says whether it may have happened",
        arguments: [
            (400, "ValidationException", AWSError.Kind.refused),
            (400, "ConditionalCheckFailedException", .refused),
            (400, "AccessDeniedException", .refused),
            (400, "ProvisionedThroughputExceededException", .throttled),
            (400, "ThrottlingException", .throttled), (400, "RequestLimitExceeded", .throttled),
            (400, "TransactionConflictException", .throttled),
            (400, "TransactionInProgressException", .indefinite),
            (500, "InternalServerError", .indefinite), (503, "ServiceUnavailable", .indefinite),
        ]
    )
    func kinds(status: Int, code: String, kind: AWSError.Kind) async throws {
        let server = TinyServer { _ in Self.answer(status, body: Self.error(code)) }
        let client = try client(server.url)
        let error = await #expect(throws: AWSError.self) {
            _ = try await client.call("PutItem", body: Array("{}".utf8), repetition: Self.once)
        }
        #expect(error?.kind == kind && error?.code == code)
        #expect(server.requests.count == 1)
    }

    @Test("A write is sent once, also when its connection turns out dead")
    func writeOnce() async throws {
        let server = TinyServer(closes: true) { _ in "" }
        let client = try client(server.url)
        let error = await #expect(throws: AWSError.self) {
            _ = try await client.call("PutItem", body: Array("{}".utf8), repetition: Self.once)
        }
        #expect(error?.kind == .indefinite)
        #expect(server.requests.count == 1)
    }

    @Test("A read is repeated a few times, a refused one never")
    func readAgain() async throws {
        let answers = Mutex([500, 400, 200])
        let server = TinyServer { _ in
            let status = answers.withLock { $0.removeFirst() }
            return Self.answer(
                status,
                body: status == 400 ? Self.error("ThrottlingException") : "{}"
            )
        }
        let body = try await client(server.url).call("GetItem", body: [], repetition: .harmless)
        #expect(body == Array("{}".utf8) && server.requests.count == 3)

        let refusing = TinyServer { _ in Self.answer(400, body: Self.error("ValidationException")) }
        let client = try client(refusing.url)
        await #expect(throws: AWSError.self) {
            _ = try await client.call("GetItem", body: [], repetition: .harmless)
        }
        #expect(refusing.requests.count == 1)
    }

    @Test("Where nobody is there, nothing can have happened")
    func notSent() async throws {
        let client = try client("http://127.0.0.1:1")
        let error = await #expect(throws: AWSError.self) {
            _ = try await client.call("PutItem", body: Array("{}".utf8), repetition: Self.once)
        }
        #expect(error?.kind == .notSent)
    }

    @Test("A write is signed as of when it was decided, and not sent once that is too old")
    func decision() async throws {
        let server = TinyServer { _ in Self.answer(200, body: "{}") }
        let client = try client(server.url)
        _ = try await client.call(
            "PutItem",
            body: Array("{}".utf8),
            repetition: .never(decided: AWSTime(seconds: 1_700_000_000)) { true }
        )
        #expect(server.requests[0].contains("x-amz-date: 20231114T221320Z\r\n"))
        let error = await #expect(throws: AWSError.self) {
            _ = try await client.call(
                "PutItem",
                body: Array("{}".utf8),
                repetition: .never(decided: AWSTime(seconds: 1_700_000_000)) { false }
            )
        }
        #expect(error?.kind == .notSent)
        #expect(server.requests.count == 1)
    }

    @Test("The request names its operation and is signed")
    func request() async throws {
        let server = TinyServer { _ in Self.answer(200, body: "{}") }
        _ = try await client(server.url).call(
            "Query",
            body: Array("{}".utf8),
            repetition: .harmless
        )
        let request = server.requests[0]
        #expect(request.hasPrefix("POST / HTTP/1.1\r\n"))
        #expect(request.contains("x-amz-target: DynamoDB_20120810.Query\r\n"))
        #expect(request.contains("authorization: AWS4-HMAC-SHA256 Credential=A/20270115/"))
    }

    @Test(
        "An endpoint is a scheme and a host",
        arguments: [
            ("http://localhost:4566", "localhost:4566"), ("https://h.example:443/", "h.example"),
            ("http://h:80", "h"), ("ftp://h", nil), ("http://", nil), ("http://a/b", nil),
            ("http://u@h", nil), ("h", nil),
        ]
    )
    func endpoints(url: String, host: String?) {
        #expect(AWSEndpoint(url)?.host == host)
    }

    @Test("Without an endpoint it is AWS's own host, with AWS's roots")
    func awsHost() throws {
        let variables = Variables(["AWS_DEFAULT_REGION": "cn-north-1"])
        let endpoint = try AWSEnvironment(variables).endpoint(of: "dynamodb")
        #expect(endpoint.host == "dynamodb.cn-north-1.amazonaws.com.cn" && endpoint.isAWS)
        #expect(AWSEndpoint("https://vpce-1.dynamodb.eu-west-1.vpce.amazonaws.com")?.isAWS == true)
        #expect(AWSEndpoint("https://proxy.example")?.isAWS == false)
    }

    @Test("An endpoint in China is AWS's too, and a name that only ends alike is not")
    func awsInChina() {
        #expect(AWSEndpoint("https://dynamodb.cn-north-1.amazonaws.com.cn")?.isAWS == true)
        #expect(AWSEndpoint("https://dynamodb.cn-north-1.amazonaws.com.cn:443/")?.isAWS == true)
        for url in [
            "http://dynamodb.cn-north-1.amazonaws.com.cn", "https://notamazonaws.com.cn",
            "https://dynamodb.eu-west-1.amazonaws.com.example", "https://amazonaws.com.de",
        ] {
            #expect(AWSEndpoint(url)?.isAWS == false, "\(url)")
        }
    }

    @Test("Without a region it says what to set")
    func noRegion() {
        let error = #expect(throws: AWSError.self) {
            try AWSEnvironment(Variables(["HOME": "/nonexistent"]))
        }
        #expect(error?.message.contains("AWS_REGION") == true)
    }
}
