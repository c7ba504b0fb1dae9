import Testing

@testable import AWSClient

struct SigV4Vector: Sendable {
    var method: String
    var service: String
    var host: String
    var path: String
    var query: [(name: String, value: String)]
    var seconds: Int64
    var region: String
    var token: String?
    var headers: [(name: String, value: String)]
    var body: String
    var date: String
    var authorization: String
}

@Suite("Request signatures")
struct SigV4Tests {
    @Test(
        "They are those of AWS's own library",
        arguments: SigV4Vector.ofDynamoDB + SigV4Vector.ofOtherServices + SigV4Vector.ofInvocation
    )
    func vector(_ vector: SigV4Vector) {
        expectSignature(of: vector)
    }

    @Test("They are those of AWS's own test suite", arguments: SigV4Vector.ofSuite)
    func suite(_ vector: SigV4Vector) {
        expectSignature(of: vector)
    }

    private func expectSignature(of vector: SigV4Vector) {
        let credentials = AWSCredentials(
            accessKeyID: "AKIDEXAMPLE",
            secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            sessionToken: vector.token
        )
        let signature = SigV4(
            region: vector.region,
            service: vector.service,
            credentials: credentials
        )
        let request = SigV4.Request(
            method: vector.method,
            path: vector.path,
            query: vector.query,
            headers: [("host", vector.host)] + vector.headers,
            body: Array(vector.body.utf8)
        )
        let headers = signature.headers(for: request, at: AWSTime(seconds: vector.seconds))
        #expect(headers.first { $0.name == "x-amz-date" }?.value == vector.date)
        #expect(headers.first { $0.name == "authorization" }?.value == vector.authorization)
        #expect(headers.first { $0.name == "x-amz-security-token" }?.value == vector.token)
    }

    @Test(
        "A query is sorted by its encoded names, then by its encoded values",
        arguments: [
            ([("b", "1"), ("a-", "2"), ("a", "3")], "a=3&a-=2&b=1"),
            ([("a", "b"), ("a", "B"), ("a", "")], "a=&a=B&a=b"),
            ([("k", "a b+c/d~é%")], "k=a%20b%2Bc%2Fd~%C3%A9%25"), ([], ""),
        ]
    )
    func query(_ query: [(String, String)], text: String) {
        #expect(SigV4.canonicalQuery(query.map { (name: $0, value: $1) }) == text)
    }

    @Test(
        "Moments are written and read",
        arguments: [
            (-1, "1969-12-31T23:59:59Z"), (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_798_761_599, "2026-12-31T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
        ]
    )
    func moments(seconds: Int64, text: String) {
        #expect(AWSTime(text) == AWSTime(seconds: seconds))
        let basic = text.filter { $0 != "-" && $0 != ":" }
        #expect(AWSTime(seconds: seconds).basicText == basic)
    }

    @Test(
        "What is no moment is none",
        arguments: [
            "", "2026-13-01T00:00:00Z", "2026-01-01 00:00", "2026-02-30T00:00:00Z",
            "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:99Z",
            "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00 never Z", "2026-01-01T+1:00:00Z",
            "2026-01-01T00:00:-1Z",
        ]
    )
    func noMoment(_ text: String) {
        #expect(AWSTime(text) == nil)
    }
}
