import LedgerTesting

/// The check's subscription has cursors, so what is right about a call of the other mode is refused
/// with 409, behind everything that is wrong about it.
extension LimitCase {
    /// The policies of deliveries, requests for events and for parked ones, at their limits.
    static let deliveries: [LimitCase] =
        ranges.flatMap(\.self) + policies + words + requests + parking

    private static let subscription = "/streams/$/subscriptions/u"
    private static let rightAndWrongMode = 409

    // MARK: Policies

    private static let ranges: [[LimitCase]] = [
        range("ack_wait", 5, 43_200), range("max_deliveries", 1, 1_000),
        range("max_open", 10, 4_000), range("max_parked", 100, 1_000_000),
    ]

    private static let policies: [LimitCase] = [
        policy("\"ack_wait\":30.5", field: "delivery.ack_wait"),
        policy("\"ack_wait\":30.0", status: 201),
        policy("\"ack_wait\":\"30\"", field: "delivery.ack_wait"),
        policy("\"max_deliveries\":null", status: 201),
        policy("\"max_deliveries\":1.5", field: "delivery.max_deliveries"),
        policy("\"max_open\":null", field: "delivery.max_open"),
        policy("\"backoff\":[]", field: "delivery.backoff"),
        policy("\"backoff\":[\(list(of: "0", count: 20))]", status: 201),
        policy("\"backoff\":[\(list(of: "0", count: 21))]", field: "delivery.backoff"),
        policy("\"backoff\":[86400]", status: 201),
        policy("\"backoff\":[1,86401]", field: "delivery.backoff[1]"),
        policy("\"backoff\":[-1]", field: "delivery.backoff[0]"),
        policy("\"backoff\":[0.5]", field: "delivery.backoff[0]"),
        policy("\"backoff\":5", field: "delivery.backoff"),
    ]

    private static let words: [LimitCase] = [
        policy("\"order\":\"none\"", status: 201),
        policy("\"order\":\"keys\"", field: "delivery.order"),
        policy("\"order\":null", field: "delivery.order"),
        policy("\"exhausted\":\"hold\"", status: 201),
        policy("\"exhausted\":\"drop\"", field: "delivery.exhausted"),
        policy("\"exhausted\":\"hold\",\"order\":\"none\"", field: "delivery.exhausted"),
        policy("\"retries\":3", field: "retries"),
        policy("\"ack_wait\":30,\"ack_wait\":30", field: "ack_wait"),
        creation("{\"mode\":\"queue\"}", field: "delivery.mode"),
        creation("{\"mode\":null}", field: "delivery.mode"),
        creation("{\"ack_wait\":30}", field: "delivery"),
        creation("{\"mode\":\"cursor\",\"order\":\"key\"}", field: "delivery"),
        creation("\"events\"", field: "delivery"),
        creation("null", field: "delivery"),
        patch("{\"delivery\":{}}", field: "delivery"),
        patch("{\"delivery\":{\"ack_wait\":4}}", field: "delivery.ack_wait"),
        patch("{\"delivery\":{\"ack_wait\":30}}", field: "delivery"),
        patch("{\"delivery\":{\"mode\":\"events\"}}", status: 200),
        patch("{\"delivery\":{\"mode\":\"cursor\"}}", status: 200),
    ]

    /// A number at both ends of its range, and one beyond each.
    private static func range(_ name: String, _ least: Int, _ most: Int) -> [LimitCase] {
        [
            policy("\"\(name)\":\(least)", status: 201),
            policy("\"\(name)\":\(most)", status: 201),
            policy("\"\(name)\":\(least - 1)", field: "delivery.\(name)"),
            policy("\"\(name)\":\(most + 1)", field: "delivery.\(name)"),
        ]
    }

    private static func list(of element: String, count: Int) -> String {
        Array(repeating: element, count: count).joined(separator: ",")
    }

    private static func policy(
        _ members: String,
        status: Int = 400,
        field: String? = nil
    ) -> LimitCase {
        creation("{\"mode\":\"events\",\(members)}", status: status, field: field)
    }

    private static func creation(
        _ delivery: String,
        status: Int = 400,
        field: String? = nil
    ) -> LimitCase {
        LimitCase(
            method: "POST",
            target: "/streams/$/subscriptions",
            body: "{\"subscription_id\":\"delivering\",\"delivery\":\(delivery)}",
            status: status,
            field: field
        )
    }

    private static func patch(
        _ body: String,
        status: Int = 400,
        field: String? = nil
    ) -> LimitCase {
        LimitCase(method: "PATCH", target: subscription, body: body, status: status, field: field)
    }

    // MARK: Requests

    private static let requests: [LimitCase] = [
        receive("", status: rightAndWrongMode),
        receive("\"limit\":1", status: rightAndWrongMode),
        receive("\"limit\":1000", status: rightAndWrongMode),
        receive("\"limit\":0", field: "limit"),
        receive("\"limit\":1001", field: "limit"),
        receive("\"limit\":\"5\"", field: "limit"),
        receive("\"wait\":0", status: rightAndWrongMode),
        receive("\"wait\":20", status: rightAndWrongMode),
        receive("\"wait\":2e1", status: rightAndWrongMode),
        receive("\"wait\":0.25", status: rightAndWrongMode),
        receive("\"wait\":5e-05", status: rightAndWrongMode),
        receive("\"wait\":20.001", field: "wait"),
        receive("\"wait\":20.0000000000000000001", field: "wait"),
        receive("\"wait\":-0.001", field: "wait"),
        receive("\"wait\":1e400", field: "wait"),
        receive("\"wait\":\"1\"", field: "wait"),
        receive("\"wait\":null", field: "wait"),
        receive("\"consumer\":\"\"", status: rightAndWrongMode),
        receive("\"consumer\":\"\(text(64))\"", status: rightAndWrongMode),
        receive("\"consumer\":\"\(text(65))\"", field: "consumer"),
        receive("\"consumer\":\"\(text(63))\u{e9}\"", field: "consumer"),
        receive("\"consumer\":\"a\\nb\"", field: "consumer"),
        receive("\"consumer\":7", field: "consumer"),
        receive("\"attempt\":\"a b~\"", status: rightAndWrongMode),
        receive("\"attempt\":\"\(text(64))\"", status: rightAndWrongMode),
        receive("\"attempt\":\"\(text(65))\"", field: "attempt"),
        receive("\"attempt\":\"\"", field: "attempt"),
        receive("\"attempt\":\"\u{e9}\"", field: "attempt"),
        receive("\"attempt\":\"a\\tb\"", field: "attempt"),
        receive("\"ack\":\"all\"", field: "ack"),
        receive("\"ack\":{}", field: "ack.lease"),
        receive("\"ack\":{\"lease\":\"x\"}", field: "ack.ack"),
        receive("\"ack\":{\"lease\":\"x\",\"extend\":4}", field: "ack.extend"),
        receive("\"member\":\"a\"", field: "member"),
        LimitCase(method: "POST", target: "\(subscription)/receive", status: 400),
        LimitCase(
            method: "POST",
            target: "\(subscription)/receive?wait=1",
            body: "{}",
            status: 400,
            field: "wait"
        ),
    ]

    private static func receive(
        _ members: String,
        status: Int = 400,
        field: String? = nil
    ) -> LimitCase {
        LimitCase(
            method: "POST",
            target: "\(subscription)/receive",
            body: "{\(members)}",
            status: status,
            field: field
        )
    }

    // MARK: Parked events

    private static let parking: [LimitCase] = [
        park("\"partition\":0,\"reason\":\"\"", field: "offset"),
        park("\"offset\":0,\"reason\":\"\"", field: "partition"),
        park("\"partition\":0,\"offset\":0", field: "reason"),
        park("\"partition\":0,\"offset\":-1,\"reason\":\"\"", field: "offset"),
        park("\"partition\":-1,\"offset\":0,\"reason\":\"\"", field: "partition"),
        park("\"partition\":0,\"offset\":0,\"reason\":\"\(text(513))\"", field: "reason"),
        park("\"partition\":0,\"offset\":0,\"reason\":\"\(text(511))\u{e9}\"", field: "reason"),
        // There is no event yet.
        park("\"partition\":0,\"offset\":0,\"reason\":\"\(text(512))\"", status: 409),
        park("\"partition\":1,\"offset\":0,\"reason\":\"\"", status: 404),
        replay("\"all\":true", status: rightAndWrongMode),
        replay("\"all\":false", field: "all"),
        replay("", field: "events"),
        replay("\"events\":[]", field: "events"),
        replay("\"events\":\"all\"", field: "events"),
        replay("\"events\":\(places(1000))", status: rightAndWrongMode),
        replay("\"events\":\(places(1001))", field: "events"),
        replay("\"events\":\(places(1)),\"all\":true", field: "all"),
        replay(
            "\"events\":[\(place(3)),\(place(3))]",
            field: "events[1]"
        ),
        LimitCase(method: "GET", target: "\(subscription)/parked?limit=1001", status: 400),
        LimitCase(
            method: "GET",
            target: "\(subscription)/parked/0/x",
            status: 400,
            field: "offset"
        ),
        LimitCase(
            method: "DELETE",
            target: "\(subscription)/parked/x/0",
            status: 400,
            field: "partition"
        ),
        LimitCase(
            method: "GET",
            target: "\(subscription)/parked/0/9223372036854775808",
            status: 400,
            field: "offset"
        ),
        LimitCase(
            method: "GET",
            target: "\(subscription)/parked/0/9223372036854775807",
            status: 404,
            error: "parked_not_found"
        ),
        LimitCase(
            method: "GET",
            target: "\(subscription)/parked/replay",
            status: 405,
            error: "method_not_allowed"
        ),
        LimitCase(
            method: "GET",
            target: "\(subscription)/parked/replay/0",
            status: 400,
            field: "partition"
        ),
    ]

    private static func park(
        _ members: String,
        status: Int = 400,
        field: String? = nil
    ) -> LimitCase {
        LimitCase(
            method: "POST",
            target: "\(subscription)/parked",
            body: "{\(members)}",
            status: status,
            field: field
        )
    }

    private static func replay(
        _ members: String,
        status: Int = 400,
        field: String? = nil
    ) -> LimitCase {
        LimitCase(
            method: "POST",
            target: "\(subscription)/parked/replay",
            body: "{\(members)}",
            status: status,
            field: field
        )
    }
}

extension LimitCase {
    /// Acknowledgements at their limits; those of lists of events are in all lists the same.
    static let acknowledgements: [LimitCase] = [
        ack("", field: "lease"),
        ack("\"lease\":7,\"ack\":\"all\"", field: "lease"),
        ack("\"lease\":\"x\"", field: "ack"),
        ack("\"lease\":\"x\",\"ack\":\"all\"", status: 409),
        ack("\"lease\":\"x\",\"ack\":[]", status: 409),
        ack("\"lease\":\"x\",\"ack\":\"some\"", field: "ack"),
        ack("\"lease\":\"x\",\"ack\":true", field: "ack"),
        ack("\"lease\":\"x\",\"nack\":\"all\"", field: "nack"),
        ack("\"lease\":\"x\",\"ack\":[0]", field: "ack[0]"),
        ack("\"lease\":\"x\",\"ack\":[{\"partition\":0}]", field: "ack[0].offset"),
        ack("\"lease\":\"x\",\"ack\":[{\"offset\":0}]", field: "ack[0].partition"),
        entry("\"partition\":100,\"offset\":0", field: "nack[0].partition"),
        entry("\"partition\":-1,\"offset\":0", field: "nack[0].partition"),
        entry("\"partition\":99,\"offset\":9223372036854775807", status: 409),
        entry("\"partition\":0,\"offset\":-1", field: "nack[0].offset"),
        entry("\"partition\":0,\"offset\":9223372036854775808", field: "nack[0].offset"),
        entry("\"partition\":0,\"offset\":0,\"delay\":86400", status: 409),
        entry("\"partition\":0,\"offset\":0,\"delay\":0.0005", status: 409),
        entry("\"partition\":0,\"offset\":0,\"delay\":86400.001", field: "nack[0].delay"),
        entry("\"partition\":0,\"offset\":0,\"delay\":-1", field: "nack[0].delay"),
        entry("\"partition\":0,\"offset\":0,\"delay\":null", field: "nack[0].delay"),
        entry("\"partition\":0,\"offset\":0,\"reason\":\"\(text(512))\"", status: 409),
        entry("\"partition\":0,\"offset\":0,\"reason\":\"\(text(513))\"", field: "nack[0].reason"),
        entry("\"partition\":0,\"offset\":0,\"why\":\"x\"", field: "why"),
        ack("\"lease\":\"x\",\"reject\":[{\(zero),\"delay\":1}]", field: "delay"),
        ack("\"lease\":\"x\",\"release\":[{\(zero),\"reason\":\"x\"}]", field: "reason"),
        ack("\"lease\":\"x\",\"ack\":[{\(zero)},{\(zero)}]", field: "ack[1]"),
        ack("\"lease\":\"x\",\"ack\":[{\(zero)}],\"release\":[{\(zero)}]", field: "release[0]"),
        ack("\"lease\":\"x\",\"ack\":\(places(1000))", status: 409),
        ack("\"lease\":\"x\",\"ack\":\(places(1001))", field: "ack"),
        ack("\"lease\":\"x\",\"extend\":5", status: 409),
        ack("\"lease\":\"x\",\"extend\":43201", status: 409),
        ack("\"lease\":\"x\",\"extend\":4", field: "extend"),
        ack("\"lease\":\"x\",\"extend\":5.5", field: "extend"),
        ack("\"lease\":\"x\",\"extend\":null", field: "extend"),
        ack("\"lease\":\"x\",\"extended\":5", field: "extended"),
        LimitCase(method: "POST", target: "/streams/$/subscriptions/u/ack", status: 400),
    ]

    private static func place(_ offset: Int) -> String {
        "{\"partition\":0,\"offset\":\(offset)}"
    }

    private static func places(_ count: Int) -> String {
        JSONBody.places(Array(0..<count))
    }

    private static let zero = "\"partition\":0,\"offset\":0"

    private static func entry(
        _ members: String,
        status: Int = 400,
        field: String? = nil
    ) -> LimitCase {
        ack("\"lease\":\"x\",\"nack\":[{\(members)}]", status: status, field: field)
    }

    private static func ack(
        _ members: String,
        status: Int = 400,
        field: String? = nil
    ) -> LimitCase {
        LimitCase(
            method: "POST",
            target: "/streams/$/subscriptions/u/ack",
            body: "{\(members)}",
            status: status,
            field: field
        )
    }
}
