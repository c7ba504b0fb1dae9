import LedgerBytes
import RawJSON

extension WebhookEvent {
    /// The body of its request: the event's members as a poll has them, `data` byte for byte.
    fileprivate var body: [UInt8] {
        var writer = JSONWriter(capacity: data.count + 512)
        writer.beginObject()
        writer.key("type")
        writer.string(utf8: type)
        writer.key("timestamp")
        writer.string(CivilTime(millisecondsSinceEpoch: timestamp.milliseconds).rfc3339)
        writer.key("data")
        data.isEmpty ? writer.null() : writer.raw(data)
        writer.key("stream_id")
        writer.string(stream.name)
        writer.key("partition")
        writer.integer(partition.index)
        writer.key("offset")
        writer.integer(offset.rawValue)
        writer.key("key")
        writer.string(utf8: key.utf8)
        if !headers.isEmpty { writer.headers(headers) }
        if isReplayed {
            writer.key("replayed")
            writer.boolean(true)
        }
        writer.endObject()
        return writer.finish()
    }
}

extension JSONWriter {
    fileprivate mutating func headers(_ headers: [(name: [UInt8], value: [UInt8])]) {
        key("headers")
        beginObject()
        for header in headers {
            header.name.withUnsafeBytes { key(utf8: $0) }
            string(utf8: header.value)
        }
        endObject()
    }
}

/// A request to a webhook, a `POST`, signed.
package struct WebhookRequest: Sendable {
    /// Names in lower case, and values.
    package let headers: [(name: String, value: String)]
    /// JSON.
    package let body: [UInt8]

    /// The request that delivers an event.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - subscription: The subscription that it is delivered for.
    ///   - secrets: The secrets that sign it, as many as sign at `now`.
    ///   - now: The moment at which it is sent.
    package init(
        delivering event: WebhookEvent,
        to subscription: SubscriptionIncarnation,
        signedBy secrets: WebhookSecrets,
        at now: Timestamp
    ) {
        self.init(
            event.body,
            id: StandardWebhooks.id(of: event.offset, in: event.partition, to: subscription),
            signedBy: secrets,
            at: now,
            and: [("eventledger-deliveries", "\(event.deliveries)")]
        )
    }

    /// The request that an endpoint answers with `challenge`, to prove that it wants events.
    package init(
        verifying challenge: WebhookChallenge,
        of subscription: SubscriptionIncarnation,
        signedBy secrets: WebhookSecrets,
        at now: Timestamp
    ) {
        self.init(
            challenge.body,
            id: "\(subscription.hex)_\(challenge.hex)",
            signedBy: secrets,
            at: now
        )
    }

    private init(
        _ body: [UInt8],
        id: String,
        signedBy secrets: WebhookSecrets,
        at now: Timestamp,
        and others: [(name: String, value: String)] = []
    ) {
        let signatures = secrets.signing(at: now).map {
            StandardWebhooks.signature(of: body, id: id, timestamp: now.seconds, key: $0.bytes)
        }
        self.body = body
        headers =
            [
                ("content-type", "application/json"), ("user-agent", "EventLedger"),
                ("webhook-id", id), ("webhook-timestamp", "\(now.seconds)"),
                ("webhook-signature", signatures.joined(separator: " ")),
            ] + others
    }
}

/// The random text that an endpoint must answer with before events are sent to it.
package struct WebhookChallenge: RandomID {
    /// The first 64 bits, big-endian in text.
    package let high: UInt64
    /// The last 64 bits.
    package let low: UInt64

    /// A challenge made of two given halves.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    fileprivate var body: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("type")
        writer.string("eventledger.verification")
        writer.key("challenge")
        writer.string(hex)
        writer.endObject()
        return writer.finish()
    }

    /// True for an answer that proves that the endpoint has read the challenge: 2xx, and as its
    /// body the challenge, white space aside, or a JSON object with it as `challenge`.
    package func isMet(byStatus status: Int, body: [UInt8]) -> Bool {
        guard (200...299).contains(status) else { return false }
        let answer = Array(hex.utf8)
        return body.filter { $0 > UInt8(ascii: " ") } == answer
            || Self.challenge(in: body) == answer
    }

    /// The member `challenge` of a JSON object; nil for any other text.
    private static func challenge(in body: [UInt8]) -> [UInt8]? {
        body.withUnsafeBytes { bytes in
            do throws(JSONError) {
                var reader = try JSONReader(bytes, maximumDepth: Limits.dataDepth)
                var challenge: [UInt8]?
                try reader.members { name, reader throws(JSONError) in
                    guard reader.text(of: name, is: "challenge") else { return false }
                    challenge = try reader.stringBytes()
                    return true
                }
                try reader.end()
                return challenge
            } catch {
                return nil
            }
        }
    }
}
