import LedgerCore
import LedgerTesting
import Testing

@testable import LedgerService

/// Which endpoint a request reaches, and what it is told when it reaches none.
@Suite("Endpoint table")
struct EndpointTableTests {
    private static let endpoints = EndpointTable.api.endpoints

    /// A value for each parameter, as it stands in a path.
    private static func value(_ parameter: PathParameter) -> String {
        switch parameter {
        case .stream: "orders"
        case .subscription: "shipping"
        case .member: "worker-1"
        case .partition: "0"
        case .offset: "12"
        case .key: "order/1"
        case .apiKey: "0f3a9c5e7b1d2468"
        }
    }

    /// A path that fits a pattern; some of its parameters may have values of their own.
    private static func path(
        _ pattern: PathPattern,
        _ values: [PathParameter: String] = [:]
    ) -> String {
        pattern.segments.reduce(into: "") { path, segment in
            switch segment {
            case .word(let word): path += "/\(String(decoding: word, as: UTF8.self))"
            case .parameter(let parameter): path += "/\(values[parameter] ?? value(parameter))"
            }
        }
    }

    /// The pattern that a path is found to fit.
    private static func found(_ path: String) -> PathPattern? {
        EndpointTable.api.route(of: path)?.path
    }

    /// The same by trying one pattern after the other; more than one would be a fault of the table.
    private static func fitting(_ path: String) -> [PathPattern] {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.first == "", parts.count > 1 else { return [] }
        let given = parts.dropFirst().map(String.init)
        return Set(endpoints.map(\.path)).filter { pattern in
            let segments = pattern.segments
            let takesRest = segments.last == .parameter(.key)
            guard given.count == segments.count || takesRest && given.count > segments.count
            else { return false }
            return zip(segments, given).allSatisfy { segment, text in
                if case .word(let word) = segment { word.elementsEqual(text.utf8) } else { true }
            }
        }
    }

    private static func answer(_ method: String, _ target: String) async throws -> APIResponse {
        try await answer(method, target, of: LedgerAPI(API().ledger))
    }

    private static func answer(
        _ method: String,
        _ target: String,
        of api: LedgerAPI
    ) async throws -> APIResponse {
        let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
        let query = parts.count > 1 ? parts[1] : ""
        return await api.handle(APIRequest(method: method, path: parts[0], query: query))
    }

    private static func text(_ response: APIResponse) -> String {
        String(decoding: response.bytes, as: UTF8.self)
    }

    // MARK: Paths

    @Test("A path that fits a pattern finds it")
    func patterns() {
        for endpoint in Self.endpoints {
            #expect(Self.found(Self.path(endpoint.path)) == endpoint.path, "\(endpoint.name)")
        }
    }

    @Test("A pattern's words stand in its paths as they are, and nothing else does")
    func spoiledPatterns() {
        for pattern in Set(Self.endpoints.map(\.path)) {
            let path = Self.path(pattern)
            let last = path.split(separator: "/").last ?? ""
            var spoiled = [
                String(path.dropFirst()), "/\(path)", "\(path)/", "\(path)/more", "\(path)x",
                "\(path)%20", "\(path)?", path.uppercased(), "/v1\(path)",
                String(path.dropLast(last.utf8.count)), String(path.dropLast(last.utf8.count + 1)),
                path.replacing("/", with: "//"), path.replacing("/", with: "%2F"),
                path.replacing("/", with: "/./"),
            ]
            for case .word(let bytes) in pattern.segments {
                let word = String(decoding: bytes, as: UTF8.self)
                spoiled.append(path.replacing("/\(word)", with: "/\(word.dropLast())"))
                spoiled.append(path.replacing("/\(word)", with: "/\(word)s"))
                spoiled.append(path.replacing("/\(word)", with: "/%\(word)"))
            }
            for path in spoiled {
                let expected = Self.fitting(path)
                #expect(expected.count < 2, "\(path)")
                #expect(Self.found(path) == expected.first, "\(path)")
            }
        }
    }

    @Test(
        "Random paths find what trying every pattern finds",
        arguments: 1...4 as ClosedRange<UInt64>
    )
    func randomPaths(seed: UInt64) {
        var random = LedgerRandom.seeded(seed)
        let words = Self.endpoints.flatMap(\.path.segments).compactMap { segment in
            if case .word(let word) = segment { String(decoding: word, as: UTF8.self) } else { nil }
        }
        let odd = [
            "", "", ".", "..", "%", "%2F", "orders", "0", "é", "{stream}", "streams%20", "x/",
        ]
        var hits = 0
        for _ in 0..<20_000 {
            var path = Bool.random(using: &random) || Bool.random(using: &random) ? "/" : ""
            if Bool.random(using: &random),
                let pattern = Self.endpoints.randomElement(using: &random)
            {
                // A path that fits, one byte of which is another one now and then.
                path = Self.path(pattern.path)
                var bytes = Array(path.utf8)
                let place = Int.random(in: 0..<bytes.count, using: &random)
                if Bool.random(using: &random) { bytes[place] = UInt8(ascii: "/") }
                path = String(decoding: bytes, as: UTF8.self)
            } else {
                let count = Int.random(in: 0...6, using: &random)
                let segments = (0..<count).map { _ in
                    let known = Int.random(in: 0..<4, using: &random) > 0
                    return (known ? words : odd).randomElement(using: &random) ?? ""
                }
                path += segments.joined(separator: "/")
            }
            let expected = Self.fitting(path)
            #expect(expected.count < 2, "\(path)")
            #expect(Self.found(path) == expected.first, "\(path)")
            hits += expected.count
        }
        #expect(hits > 1_000)
    }

    @Test("A table may have any number of paths behind one another")
    func ownTable() {
        let paths: [PathPattern] = [
            "/a", "/a/{stream}", "/a/{stream}/b", "/a/{stream}/b/{subscription}/c", "/ab",
            "/b/{key}", "/c/d", "/c/{partition}/{offset}",
        ]
        var tree = PathTree()
        for (index, path) in paths.enumerated() {
            #expect(tree.place(of: path, orNew: index) == index)
            #expect(tree.place(of: path, orNew: index + 1) == index)
        }
        let found = [
            "/a": 0, "/a/": 1, "/a/x": 1, "/a/x/b": 2, "/a/x/b/y/c": 3, "/ab": 4, "/b/": 5,
            "/b/x/y": 5, "/c/d": 6, "/c/0/1": 7, "/c/d/1": 7, "/c/d/": 7,
        ]
        for (path, index) in found { #expect(tree.find(path) == index, "\(path)") }
        for path in [
            "", "/", "a", "/a/x/c", "/a/x/b/y", "/abc", "/b", "//a", "/c", "/c/", "/c/0", "/c/dd",
            "/c/d/1/2",
        ] {
            #expect(tree.find(path) == nil, "\(path)")
        }
    }

    // MARK: Parameters

    @Test("Parameters are decoded once, and a key is the whole rest of its path")
    func parameters() throws {
        let key = try PathPattern("/streams/{stream}/compacted/{key}")
            .parameters(of: "/streams/or%64ers/compacted/a%2Fb/c%20d/%2541")
        #expect(key.stream == StreamID("orders"))
        #expect(key.key == EventKey(utf8: Array("a/b/c d/%41".utf8)))
        let head = try PathPattern("/streams/{stream}/partitions/{partition}/head")
            .parameters(of: "/streams/s/partitions/007/head")
        #expect(head.partition == 7)
        let parked = try PathPattern("/streams/{stream}/parked/{partition}/{offset}")
            .parameters(of: "/streams/s/parked/0/007")
        #expect(parked.offset == Offset(7))
        #expect(try PathPattern("/keys/{key_id}").parameters(of: "/keys/%zz").apiKey == "%zz")
        let subscription = try PathPattern("/streams/{stream}/subscriptions/{subscription}")
            .parameters(of: "/streams/s/subscriptions/%75")
        #expect(subscription.subscription == SubscriptionID("u"))
    }

    @Test("The first wrong parameter is refused, before the method and behind the words")
    func wrongParameters() async throws {
        let cases = [
            ("GET", "/streams/", 400, "invalid_stream_id"),
            ("PUT", "/streams/.s", 400, "invalid_stream_id"),
            ("GET", "/streams/%/events", 400, "invalid_stream_id"),
            ("GET", "/streams/%2Fs/none", 404, "not_found"),
            ("GET", "/streams/.s/subscriptions/.u/poll", 400, "invalid_stream_id"),
            ("PUT", "/streams/s/subscriptions/.u/poll", 400, "invalid_subscription_id"),
            ("GET", "/streams/s/subscriptions//poll", 400, "invalid_subscription_id"),
            ("GET", "/streams/s/subscriptions/.u/", 404, "not_found"),
            ("GET", "/streams/.s/partitions/x/head", 400, "invalid_stream_id"),
            ("PUT", "/streams/s/partitions/x/head", 400, "validation_error"),
            ("GET", "/streams/s/partitions/%30/head", 400, "validation_error"),
            ("GET", "/streams/s/partitions/9223372036854775808/head", 400, "validation_error"),
            ("GET", "/streams/s/subscriptions/u/parked/0/x", 400, "validation_error"),
            ("PUT", "/streams/s/subscriptions/u/parked/x/0", 400, "validation_error"),
            (
                "GET", "/streams/s/subscriptions/u/parked/0/9223372036854775808", 400,
                "validation_error"
            ),
            ("GET", "/streams/.s/compacted/", 400, "invalid_stream_id"),
            ("PUT", "/streams/s/compacted/", 400, "invalid_event_key"),
            ("GET", "/streams/s/compacted/%ff", 400, "invalid_event_key"),
            ("PUT", "/keys/%", 405, "method_not_allowed"),
        ]
        for (method, path, status, code) in cases {
            let answer = try await Self.answer(method, path)
            #expect(answer.status == status, "\(method) \(path)")
            #expect(Self.text(answer).hasPrefix("{\"error\":\"\(code)\""), "\(method) \(path)")
            #expect(answer.route == (status == 405 ? "/keys/{key_id}" : nil), "\(method) \(path)")
        }
    }

    // MARK: Methods

    @Test("A method that a path does not take is told which ones it takes")
    func methods() async throws {
        let order = ["GET", "HEAD", "POST", "PATCH", "DELETE"]
        for pattern in Set(Self.endpoints.map(\.path)) {
            var taken = Set(Self.endpoints.filter { $0.path == pattern }.map(\.method.rawValue))
            if taken.contains("GET") { taken.insert("HEAD") }
            for method in order + ["PUT", "OPTIONS", "get", ""] {
                let answer = try await Self.answer(method, Self.path(pattern))
                #expect((answer.status == 405) == !taken.contains(method), "\(method) \(pattern)")
                guard answer.status == 405 else { continue }
                let allow = answer.headers.first { $0.name == "allow" }?.value
                #expect(allow == order.filter(taken.contains).joined(separator: ", "))
                #expect(answer.route == pattern.description)
            }
        }
    }

    @Test("HEAD reaches the endpoint of GET, and counts as it")
    func head() throws {
        for endpoint in Self.endpoints where endpoint.method == .get {
            let route = try #require(EndpointTable.api.route(of: Self.path(endpoint.path)))
            #expect(route.endpoint("HEAD") === endpoint)
        }
    }

    // MARK: Calls

    @Test("Answers and refusals of an endpoint go by its name")
    func names() async throws {
        for endpoint in Self.endpoints {
            let answer = try await Self.answer(
                endpoint.method.rawValue,
                Self.path(endpoint.path)
            )
            #expect(answer.route == endpoint.name)
        }
        #expect(try await Self.answer("GET", "/none").route == nil)
    }

    @Test(
        "A function answers its own endpoints, and knows of no other",
        arguments: LedgerFunction.allCases
    )
    func functions(_ function: LedgerFunction) async throws {
        let api = LedgerAPI(try API().ledger, only: function)
        for endpoint in Self.endpoints {
            let path = Self.path(endpoint.path)
            let answer = try await Self.answer(endpoint.method.rawValue, path, of: api)
            let isOwn = endpoint.function == function
            #expect(answer.route == (isOwn ? endpoint.name : nil), "\(endpoint.name)")
            guard !isOwn else { continue }
            #expect(Self.text(answer).hasPrefix("{\"error\":\"not_found\""), "\(endpoint.name)")
        }
    }

    @Test(
        "A query parameter that an endpoint does not take is refused before the body is looked at"
    )
    func queries() async throws {
        let api = LedgerAPI(try API().ledger, keys: TestKeys.policy())
        for endpoint in Self.endpoints {
            var request = APIRequest(
                method: endpoint.method.rawValue,
                path: Self.path(endpoint.path),
                query: "no-such=1",
                headers: [
                    ("authorization", "Bearer \(TestKeys.root.text)"), ("content-encoding", "br"),
                ],
                body: [0]
            )
            let takes =
                endpoint.query.isEmpty
                ? "no query parameters" : endpoint.query.joined(separator: ", ")
            var answer = await api.handle(request)
            #expect(
                Self.text(answer).contains("no-such is unknown: this route takes \(takes)"),
                "\(endpoint.name)"
            )
            request.headers.removeFirst()
            answer = await api.handle(request)
            #expect((answer.status == 401) == (endpoint.access != .open), "\(endpoint.name)")
        }
    }

    @Test("Without keys, calls that manage them are refused before anything else of them is read")
    func keysDisabled() async throws {
        for endpoint in Self.endpoints where endpoint.access == .keyManagement {
            let target = Self.path(endpoint.path) + "?no-such=1"
            let answer = try await Self.answer(endpoint.method.rawValue, target)
            #expect(Self.text(answer).hasPrefix("{\"error\":\"keys_disabled\""), "\(endpoint.name)")
        }
    }
}
