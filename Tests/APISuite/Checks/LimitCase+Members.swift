extension LimitCase {
    /// Names and sessions of a group's members, at their limits and against their rule.
    static let members: [LimitCase] = [
        poll("member=\(text(64))", status: 200),
        poll("member=\(text(65))", status: 400, field: "member"),
        poll("member=-._Z9", status: 200),
        poll("member=", status: 400, field: "member"),
        poll("member=a%20b", status: 400, field: "member"),
        poll("member=a%2Fb", status: 400, field: "member"),
        poll("member=%C3%A9", status: 400, field: "member"),
        poll("member=a%00", status: 400, field: "member"),
        poll("member=a&member=b", status: 400, field: "member"),
        poll("member=a&session=10", status: 200),
        poll("member=a&session=300", status: 200),
        poll("member=a&session=9", status: 400, field: "session"),
        poll("member=a&session=301", status: 400, field: "session"),
        poll("member=a&session=9.5", status: 400, field: "session"),
        poll("member=a&session=10.5", status: 400, field: "session"),
        poll("member=a&session=-45", status: 400, field: "session"),
        poll("member=a&session=9223372036854775808", status: 400, field: "session"),
        poll("member=a&session=x", status: 400, field: "session"),
        poll("session=45", status: 400, field: "session"),
        heartbeat(text(64), status: 200),
        heartbeat(text(65), status: 400, field: "member"),
        heartbeat("a%20b", status: 400, field: "member"),
        heartbeat("a", sending: "{\"session\":10}", status: 200),
        heartbeat("a", sending: "{\"session\":300}", status: 200),
        heartbeat("a", sending: "{\"session\":9}", status: 400, field: "session"),
        heartbeat("a", sending: "{\"session\":301}", status: 400, field: "session"),
        heartbeat("a", sending: "{\"session\":10.5}", status: 400, field: "session"),
        heartbeat("a", sending: "{\"session\":\"45\"}", status: 400, field: "session"),
        heartbeat("a", sending: "{\"sessions\":45}", status: 400, field: "sessions"),
        heartbeat("a", sending: "{", status: 400),
        LimitCase(
            method: "DELETE",
            target: "\(subscription)/members/a%20b",
            status: 400,
            field: "member"
        ),
    ]

    private static let subscription = "/streams/$/subscriptions/u"

    private static func poll(_ query: String, status: Int, field: String? = nil) -> LimitCase {
        LimitCase(
            method: "GET",
            target: "\(subscription)/poll?\(query)",
            status: status,
            field: field
        )
    }

    private static func heartbeat(
        _ member: String,
        sending body: String = "{}",
        status: Int,
        field: String? = nil
    ) -> LimitCase {
        LimitCase(
            method: "POST",
            target: "\(subscription)/members/\(member)/heartbeat",
            body: body,
            status: status,
            field: field
        )
    }
}
