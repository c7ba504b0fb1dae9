import Foundation
import LedgerCore
import LedgerTesting

/// Events in the forms that AWS documents.
///
/// Every request comes with the operator's key.
enum Events {
    static let key = {
        var random = SeededGenerator(seed: 7)
        return APIKey.random(using: &random)
    }()

    /// An HTTP API's event, payload version 2.0; the gateway decodes the path.
    static func gateway(
        _ method: String,
        path decodedPath: String,
        query: String = "",
        body: String? = nil,
        headers: [String: String] = ["accept": "*/*", "content-type": "application/json"],
        isBase64: Bool = false,
        stage: String = "$default",
        cookies: [String] = []
    ) -> String {
        event(
            method,
            path: decodedPath,
            query: query,
            body: body,
            headers: headers,
            isBase64: isBase64,
            stage: stage,
            cookies: cookies,
            domain: "abc123.execute-api.eu-central-1.amazonaws.com"
        )
    }

    /// A function URL's event: the same form, the path as sent.
    static func functionURL(_ method: String, path: String, query: String = "") -> String {
        event(
            method,
            path: path,
            query: query,
            body: nil,
            headers: ["accept": "*/*"],
            isBase64: false,
            stage: "$default",
            cookies: [],
            domain: "abc123.lambda-url.eu-central-1.on.aws"
        )
    }

    private static func event(
        _ method: String,
        path: String,
        query: String,
        body: String?,
        headers: [String: String],
        isBase64: Bool,
        stage: String,
        cookies: [String],
        domain: String
    ) -> String {
        let http: [String: Any] = [
            "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
            "userAgent": "curl/8.5.0",
        ]
        var event: [String: Any] = [
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
            "headers": headers.merging(["authorization": "Bearer \(key.text)"]) { own, _ in own },
            "isBase64Encoded": isBase64,
            "requestContext": [
                "accountId": "123456789012", "apiId": "abc123", "domainName": domain,
                "domainPrefix": "abc123", "http": http, "requestId": "JKJaXmPLvHcESHA=",
                "routeKey": "$default", "stage": stage,
                "time": "12/Mar/2026:19:03:58 +0000", "timeEpoch": 1_773_342_238_000 as Int64,
            ] as [String: Any],
        ]
        if let body { event["body"] = body }
        if !cookies.isEmpty { event["cookies"] = cookies }
        return text(event)
    }

    /// A DynamoDB stream's batch.
    static func batch(_ records: [[String: Any]]) -> String { text(["Records": records]) }

    /// A record of a DynamoDB stream.
    static func record(
        _ sequenceNumber: String,
        partitionKey: String,
        sortKey: String,
        image: [String: [String: String]]? = nil,
        name: String = "INSERT"
    ) -> [String: Any] {
        let keys = ["PK": ["S": partitionKey], "SK": ["S": sortKey]]
        var change: [String: Any] = [
            "ApproximateCreationDateTime": 1_773_342_238, "Keys": keys,
            "SequenceNumber": sequenceNumber, "SizeBytes": 512, "StreamViewType": "NEW_IMAGE",
        ]
        if let image { change["NewImage"] = image.merging(keys) { $1 } }
        return [
            "eventID": "c4ca4238a0b923820dcc509a6f75849b", "eventName": name,
            "eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": "eu-central-1",
            "dynamodb": change,
            "eventSourceARN":
                "arn:aws:dynamodb:eu-central-1:123456789012:table/ledger/stream/2026-01-01",
        ]
    }

    /// The event of EventBridge's rule, which starts the sweep.
    static let schedule = text([
        "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "account": "123456789012",
        "detail-type": "Scheduled Event", "source": "aws.events", "time": "2026-03-12T19:03:00Z",
        "region": "eu-central-1", "detail": [String: String](),
        "resources": ["arn:aws:events:eu-central-1:123456789012:rule/sweep"],
    ])

    private static func text(_ object: [String: Any]) -> String {
        let data = try? JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
        return String(decoding: data ?? Data(), as: UTF8.self)
    }
}
