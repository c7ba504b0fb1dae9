import ArgumentParser
import LedgerClient
import LedgerTesting
import Testing

@testable import eventledger

@Suite("Options of events mode")
struct DeliveryOptionTests {
    private static let answer = """
        {"stream_id":"orders","subscription_id":"ship","lag":3,"positions":[],
        "created_at":"2026-11-21T01:02:03.456Z"}
        """

    /// The body that `subscription create` or `update` sends.
    private static func body(_ command: String, _ options: String...) async throws -> String {
        let ledger = FakeLedger(answer)
        let outcome = try await CommandLine.run(
            ["subscription", command, "orders", "ship"] + options,
            url: ledger.url
        )
        #expect(outcome.status == 0, "\(outcome)")
        return try #require(ledger.calls.first).body
    }

    @Test("Without options of delivery a subscription is created and changed as ever")
    func unchanged() async throws {
        #expect(
            try await Self.body("create")
                == "{\"subscription_id\":\"ship\",\"start_from\":\"latest\"}"
        )
        #expect(try await Self.body("update") == "{\"filter\":null}")
        #expect(
            try await Self.body("update", "--type", "a.*") == "{\"filter\":{\"types\":[\"a.*\"]}}"
        )
    }

    @Test("All options of a policy are sent under the names of the API")
    func policy() async throws {
        let body = try await Self.body(
            "create",
            "--delivery",
            "events",
            "--order",
            "none",
            "--ack-wait",
            "60",
            "--max-deliveries",
            "none",
            "--exhausted",
            "hold",
            "--backoff",
            "0,10,60",
            "--max-open",
            "200",
            "--max-parked",
            "300"
        )
        let delivery = try #require(try JSONValue(Array(body.utf8)).raw("delivery"))
        #expect(
            String(decoding: delivery, as: UTF8.self)
                == "{\"mode\":\"events\",\"order\":\"none\",\"exhausted\":\"hold\",\"ack_wait\":60,"
                + "\"max_deliveries\":null,\"backoff\":[0,10,60],\"max_open\":200,\"max_parked\":300}"
        )
    }

    @Test("An option that only events mode has makes a new subscription one of that mode")
    func implied() async throws {
        #expect(
            try await Self.body("create", "--ack-wait", "60").hasSuffix(
                "\"delivery\":{\"mode\":\"events\",\"ack_wait\":60}}"
            )
        )
        #expect(
            try await Self.body(
                "create",
                "--webhook",
                "https://a.example/",
                "--webhook-timeout",
                "9"
            )
            .hasSuffix(
                "\"delivery\":{\"mode\":\"events\"},"
                    + "\"webhook\":{\"url\":\"https://a.example/\",\"timeout\":9}}"
            )
        )
    }

    @Test("An update changes what it names, and leaves the filter where it names none")
    func update() async throws {
        #expect(
            try await Self.body("update", "--max-deliveries", "7")
                == "{\"delivery\":{\"max_deliveries\":7}}"
        )
        #expect(
            try await Self.body("update", "--delivery", "cursor")
                == "{\"delivery\":{\"mode\":\"cursor\"}}"
        )
        #expect(
            try await Self.body("update", "--webhook-concurrency", "4", "--key", "a")
                == "{\"filter\":{\"keys\":[\"a\"]},\"webhook\":{\"concurrency\":4}}"
        )
    }

    @Test(
        "Options that contradict each other, or can't be, are a wrong command line",
        arguments: [
            (["create", "s", "u", "--delivery", "cursor", "--ack-wait", "5"], "--delivery cursor"),
            (["create", "s", "u", "--delivery", "cursor", "--webhook", "https://a"], "no webhook"),
            (["create", "s", "u", "--webhook-timeout", "9"], "need --webhook"),
            (["create", "s", "u", "--delivery", "both"], "'cursor' and 'events'"),
            (["create", "s", "u", "--max-deliveries", "x"], "invalid for '--max-deliveries"),
            (["create", "s", "u", "--backoff", "1,,2"], "invalid for '--backoff"),
            (["update", "s", "u", "--order", "none"], "--order is of the creation"),
        ]
    )
    func refused(_ arguments: [String], words: String) async throws {
        let outcome = try await CommandLine.run(["subscription"] + arguments)
        #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome)")
    }

    @Test("A description says how events are delivered, and what is in the way")
    func description() throws {
        let answer = """
            {"stream_id":"orders","subscription_id":"ship","lag":3,"positions":[],"created_at":"t",
            "delivery":{"mode":"events","order":"key","ack_wait":30,"max_deliveries":null,
            "exhausted":"park","backoff":[1,10],"max_open":1000,"max_parked":10000,"held":2,
            "waiting":1,"noted":0,"resting":0,"parked":4,"oldest_open_at":"2026-11-21T01:02:03Z",
            "blocked":[{"partition":1,"why":"max_open"},{"partition":2,"why":"key","until":"t2"}]},
            "webhook":{"url":"https://a.example/","state":"pending","secret":"whsec_x"}}
            """
        let text = SubscriptionCommand.description(try JSONValue(Array(answer.utf8)))
        let lines = text.split(separator: "\n").map(String.init)
        #expect(
            lines[1...].elementsEqual([
                "events mode: order key, ack wait 30 s, max deliveries none, then park, "
                    + "back-off 1,10 s",
                "held 2, waiting 1, noted 0, resting 0, parked 4, "
                    + "the oldest open since 2026-11-21T01:02:03Z",
                "partition 1 is blocked: max_open", "partition 2 is blocked: key, until t2",
                "webhook https://a.example/: pending", "secret whsec_x, which is never shown again",
                "PARTITION  OFFSET  LAG",
            ])
        )
    }

    @Test("A secret that could not be shown is said to be lost")
    func lostSecret() async throws {
        let ledger = FakeLedger(status: 201, Self.answer)
        let outcome = try await ledger.shell(
            "eventledger subscription create orders ship --webhook https://a.example/ > /dev/full"
        )
        #expect(outcome.status == 4, "\(outcome)")
        #expect(outcome.errors.contains("the subscription is created"), "\(outcome)")
        #expect(outcome.errors.contains("subscription webhook rotate"), "\(outcome)")
    }
}

@Suite("Events by their places")
struct EventPlaceTests {
    @Test("A place is a partition and an offset in digits")
    func places() {
        #expect(EventPlace(argument: "0/12") == EventPlace(partition: 0, offset: 12))
        #expect(EventPlaces(argument: "0/1,2/3")?.places.map(\.description) == ["0/1", "2/3"])
        for text in ["", "/", "0/", "/1", "0:1", "0/1/2", "-1/2", "+1/2", "0/x", "0/1,", ",0/1"] {
            #expect(EventPlaces(argument: text) == nil, "\(text)")
        }
        #expect(EventPlace(argument: "0/9223372036854775808") == nil)
    }

    @Test("What failed waits so many seconds as JSON can say")
    func delays() {
        func delay(_ text: String) -> String? {
            FailedPlaces(argument: "0/1=\(text)")?.entries.first?.delay
        }
        #expect(delay("0") == "0" && delay("10") == "10" && delay("0.25") == "0.25")
        for text in ["", "-1", "01", "1.", ".5", "1e3", "x", "1=2"] {
            #expect(FailedPlaces(argument: "0/1=\(text)") == nil, "\(text)")
        }
        #expect(
            FailedPlaces(argument: "0/1")?.entries == [
                .init(place: .init(partition: 0, offset: 1), delay: nil)
            ]
        )
    }

    @Test("An acknowledgement is written as the API takes it")
    func acknowledgement() {
        func place(_ offset: Int64) -> EventPlace { EventPlace(partition: 1, offset: offset) }
        var all = Acknowledgement(lease: "l", finished: .all)
        #expect(String(decoding: all.json, as: UTF8.self) == "{\"lease\":\"l\",\"ack\":\"all\"}")
        all.finished = .some([place(1)])
        all.failed = [
            .init(place: place(2), delay: "0.5", reason: "a\"b"), .init(place: place(3)),
        ]
        all.rejected = [.init(place: place(4), reason: "bad")]
        all.released = [place(5)]
        all.extended = 60
        #expect(
            String(decoding: all.json, as: UTF8.self)
                == "{\"lease\":\"l\",\"ack\":[{\"partition\":1,\"offset\":1}],"
                + "\"nack\":[{\"partition\":1,\"offset\":2,\"delay\":0.5,\"reason\":\"a\\\"b\"},"
                + "{\"partition\":1,\"offset\":3}],"
                + "\"reject\":[{\"partition\":1,\"offset\":4,\"reason\":\"bad\"}],"
                + "\"release\":[{\"partition\":1,\"offset\":5}],\"extend\":60}"
        )
        #expect(Acknowledgement(lease: "l").isEmpty && !all.isEmpty)
    }

    @Test("A receive is written as the API takes it, with what goes along")
    func receive() throws {
        var request = ReceiveRequest(limit: 5)
        #expect(String(decoding: request.json, as: UTF8.self) == "{\"limit\":5,\"wait\":0}")
        request.wait = try Wait.parse("007.05")
        request.consumer = "c"
        request.attempt = "a"
        request.acknowledgement = Acknowledgement(lease: "l", finished: .all)
        #expect(
            String(decoding: request.json, as: UTF8.self)
                == "{\"limit\":5,\"wait\":7.050,\"consumer\":\"c\",\"attempt\":\"a\","
                + "\"ack\":{\"lease\":\"l\",\"ack\":\"all\"}}"
        )
    }
}
