import CurlHTTP
import Foundation
import Loopback
import Synchronization
import Testing

@testable import AWSClient

@Suite("Credentials")
struct CredentialsTests {
    /// Long, because a busy machine is no failure.
    private static let patience: Duration = .seconds(300)
    private static let document = """
        {"AccessKeyId": "AKID", "SecretAccessKey": "secret", "Token": "token",
         "Expiration": "2030-01-01T00:00:00Z", "Type": "AWS-HMAC", "Nested": {"a": [1]}}
        """
    private static let expected = AWSCredentials(
        accessKeyID: "AKID",
        secretAccessKey: "secret",
        sessionToken: "token",
        expiration: AWSTime(seconds: 1_893_456_000)
    )

    private static func ok(_ body: String) -> String {
        "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test("The environment's keys come first")
    func environment() async throws {
        let variables = Variables([
            "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_SESSION_TOKEN": "T",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/",
        ])
        let found = try await CredentialsProvider.chain(variables, http: CurlPool()).credentials()
        #expect(found.accessKeyID == "A" && found.sessionToken == "T" && found.expiration == nil)
    }

    @Test("A profile's keys and region are read from the shared files")
    func profile() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let keys = folder.appending(path: "credentials")
        let settings = folder.appending(path: "config")
        try """
        # comment
        [default]
        aws_access_key_id = D
        aws_secret_access_key = DS

        [work]
        aws_access_key_id=W
        aws_secret_access_key =WS
        """.write(to: keys, atomically: true, encoding: .utf8)
        try "[profile work]\nregion = eu-west-1\n  s3 =\n    x = y\n"
            .write(to: settings, atomically: true, encoding: .utf8)
        let files = [
            "AWS_SHARED_CREDENTIALS_FILE": keys.path, "AWS_CONFIG_FILE": settings.path,
        ]
        let standard = ProfileCredentials(variables: Variables(files))
        #expect(standard.fetch()?.accessKeyID == "D")
        let work = ProfileCredentials(
            variables: Variables(files.merging(["AWS_PROFILE": "work"]) { $1 })
        )
        #expect(work.fetch()?.secretAccessKey == "WS")
        #expect(work.region == "eu-west-1")
        let none = ProfileCredentials(
            variables: Variables(files.merging(["AWS_PROFILE": "none"]) { $1 })
        )
        #expect(none.fetch() == nil)
    }

    @Test("A container's endpoint is asked with its token")
    func container() async throws {
        let server = TinyServer { _ in Self.ok(Self.document) }
        let variables = Variables([
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url + "/creds?x=1",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "secret-token",
        ])
        var source = ContainerCredentials(variables: variables, http: CurlPool())
        source.timeout = Self.patience
        #expect(try await source.fetch() == Self.expected)
        #expect(server.requests[0].hasPrefix("GET /creds?x=1 "))
        #expect(server.requests[0].contains("Authorization: secret-token\r\n"))
    }

    @Test("A task's relative address leads to the agent")
    func relative() async throws {
        let server = TinyServer { _ in Self.ok(Self.document) }
        let variables = Variables(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"])
        var source = ContainerCredentials(variables: variables, http: CurlPool())
        source.relativeHost = server.url
        source.timeout = Self.patience
        #expect(try await source.fetch() == Self.expected)
        #expect(server.requests[0].hasPrefix("GET /v2/x "))
    }

    @Test(
        "Keys go to this machine, to the agents and to TLS only",
        arguments: [
            ("http://127.0.0.1:80/x", true), ("http://localhost/", true),
            ("http://[::1]:1/", true), ("http://169.254.170.2/x", true),
            ("http://169.254.170.23/v1", true), ("https://example.com/", true),
            ("http://example.com/", false), ("http://127.0.0.1@example.com/", false),
            ("http://127.0.0.1.example.com/", false), ("http://169.254.169.254/", false),
            ("ftp://127.0.0.1/", false), ("http://127.0.0.300/", false),
        ]
    )
    func allowedHosts(url: String, isAllowed: Bool) {
        #expect(ContainerCredentials.isAllowed(url) == isAllowed)
    }

    @Test("An instance's role is found by version 2 of the metadata service")
    func instance() async throws {
        let server = TinyServer { request in
            if request.hasPrefix("PUT /latest/api/token") { return Self.ok("tok") }
            guard request.contains("X-aws-ec2-metadata-token: tok\r\n") else {
                return "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
            }
            return Self.ok(request.contains("security-credentials/role ") ? Self.document : "role")
        }
        let variables = Variables(["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url])
        var source = InstanceMetadata(variables: variables, http: CurlPool())
        source.timeout = Self.patience
        #expect(try await source.fetch() == Self.expected)
        let off = InstanceMetadata(
            variables: Variables(["AWS_EC2_METADATA_DISABLED": "true"]),
            http: CurlPool()
        )
        #expect(try await off.fetch() == nil)
    }

    @Test("Without any, it says where it looked")
    func none() async throws {
        let variables = Variables([
            "AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent",
        ])
        let provider = CredentialsProvider.chain(variables, http: CurlPool())
        let error = await #expect(throws: AWSError.self) {
            _ = try await provider.credentials()
        }
        #expect(error?.message.contains("environment") == true)
    }

    @Test("No description shows a secret")
    func secrets() {
        let texts = ["\(Self.expected)", String(reflecting: Self.expected)]
        var dumped = ""
        dump(Self.expected, to: &dumped)
        for text in texts + [dumped] {
            #expect(!text.contains("secret") && !text.contains("token"))
        }
    }
}

@Suite("Refreshing credentials")
struct CredentialsProviderTests {
    /// Hands out keys that last 1,000 seconds, or fails.
    private final class Source: CredentialsSource {
        let now = Atomic<Int64>(0)
        let fetches = Atomic(0)
        let fails = Atomic(false)

        func fetch() async throws(AWSError) -> AWSCredentials? {
            let count = fetches.wrappingAdd(1, ordering: .relaxed).newValue
            await Task.yield()
            if fails.load(ordering: .relaxed) { throw AWSError(.notSent, message: "down") }
            return AWSCredentials(
                accessKeyID: "key-\(count)",
                secretAccessKey: "s",
                expiration: AWSTime(seconds: now.load(ordering: .relaxed) + 1000)
            )
        }
    }

    private func provider(_ source: Source) -> CredentialsProvider {
        CredentialsProvider([source]) { AWSTime(seconds: source.now.load(ordering: .relaxed)) }
    }

    @Test("When many ask at once, one is fetched")
    func once() async throws {
        let source = Source()
        let provider = provider(source)
        let keys = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<32 {
                group.addTask { try await provider.credentials().accessKeyID }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(keys == ["key-1"] && source.fetches.load(ordering: .relaxed) == 1)
    }

    @Test(
        "New ones are fetched five minutes before the end, and nobody waits for them",
        .timeLimit(.minutes(5))
    )
    func refresh() async throws {
        let source = Source()
        let provider = provider(source)
        #expect(try await provider.credentials().accessKeyID == "key-1")
        source.now.store(699, ordering: .relaxed)
        #expect(try await provider.credentials().accessKeyID == "key-1")
        source.now.store(700, ordering: .relaxed)
        #expect(try await provider.credentials().accessKeyID == "key-1")
        while try await provider.credentials().accessKeyID != "key-2" { await Task.yield() }
        #expect(source.fetches.load(ordering: .relaxed) == 2)
    }

    @Test("A failing refresh is tried once for all callers; the old ones serve to their end")
    func failing() async throws {
        let source = Source()
        let provider = provider(source)
        #expect(try await provider.credentials().accessKeyID == "key-1")
        source.fails.store(true, ordering: .relaxed)
        source.now.store(700, ordering: .relaxed)
        for _ in 0..<32 { #expect(try await provider.credentials().accessKeyID == "key-1") }
        source.now.store(1000, ordering: .relaxed)
        for moment in Int64(1000)...1004 {
            source.now.store(moment, ordering: .relaxed)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<32 {
                    group.addTask {
                        await #expect(throws: AWSError.self) {
                            try await provider.credentials()
                        }
                    }
                }
            }
        }
        // One at 700; and one at 1000, unless that was still under way.
        let tries = source.fetches.load(ordering: .relaxed) - 1
        #expect((1...2).contains(tries), "\(tries)")
        source.fails.store(false, ordering: .relaxed)
        source.now.store(1010, ordering: .relaxed)
        #expect(try await provider.credentials().accessKeyID == "key-\(tries + 2)")
    }

    @Test("Refused ones are forgotten")
    func refused() async throws {
        let source = Source()
        let provider = provider(source)
        let first = try await provider.credentials()
        provider.refuse(first)
        #expect(try await provider.credentials().accessKeyID == "key-2")
        provider.refuse(first)
        #expect(try await provider.credentials().accessKeyID == "key-2")
    }
}

extension Variables {
    init(_ values: [String: String]) { self.init { values[$0] } }
}
