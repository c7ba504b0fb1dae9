import LedgerCore
import Testing

/// A limit of ``Limits`` and where it stands in the OpenAPI document.
struct DocumentedLimit: Sendable {
    enum Value: Sendable {
        case number(Int)
        case range(ClosedRange<Int>)
    }

    /// A number at a path of the document.
    struct Place: Sendable {
        var path: String
        var number: Int
    }

    /// Its name in Limits.swift.
    var name: String
    var value: Value
    /// Where it stands besides `x-limits`.
    var places: [Place]

    /// Its name in `x-limits`: `bodyBytes` becomes `body_bytes`.
    ///
    /// A time's ends there with the unit in which the document has it.
    var documentName: String

    private init(_ name: String, as text: String? = nil, _ number: Int, _ places: String...) {
        self.name = name
        documentName = text ?? Self.documentName(of: name)
        value = .number(number)
        self.places = places.map { Place(path: $0, number: number) }
    }

    private init(
        _ name: String,
        as text: String? = nil,
        _ range: ClosedRange<Int>,
        minimum: String,
        maximum: String
    ) {
        self.name = name
        documentName = text ?? Self.documentName(of: name)
        value = .range(range)
        places = [
            Place(path: minimum, number: range.lowerBound),
            Place(path: maximum, number: range.upperBound),
        ]
    }

    private static func documentName(of name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : String($1) }
    }

    private static func schema(_ name: String, _ rest: String) -> String {
        "components/schemas/\(name)/\(rest)"
    }

    private static func parameter(_ name: String, _ rest: String) -> String {
        "components/parameters/\(name)/schema/\(rest)"
    }

    private static func delivery(_ rest: String) -> String {
        schema("DeliverySettings", "properties/\(rest)")
    }

    private static func webhook(_ rest: String) -> String {
        schema("WebhookSettings", "properties/\(rest)")
    }

    private static func seconds(_ range: ClosedRange<Duration>) -> ClosedRange<Int> {
        Int(range.lowerBound.wholeSeconds)...Int(range.upperBound.wholeSeconds)
    }

    /// What a client can meet.
    static let all: [DocumentedLimit] = [
        DocumentedLimit("bodyBytes", Limits.bodyBytes),
        DocumentedLimit(
            "eventsPerPublish",
            Limits.eventsPerPublish,
            schema("EventBatch", "properties/events/maxItems"),
            schema("PublishAnswer", "properties/events/maxItems")
        ),
        DocumentedLimit("eventBytes", Limits.eventBytes),
        DocumentedLimit(
            "keyBytes",
            Limits.keyBytes,
            minimum: schema("EventKey", "minLength"),
            maximum: schema("EventKey", "maxLength")
        ),
        DocumentedLimit("receiptBytes", Limits.receiptBytes),
        DocumentedLimit(
            "typeBytes",
            Limits.typeBytes,
            minimum: schema("EventType", "minLength"),
            maximum: schema("EventType", "maxLength")
        ),
        DocumentedLimit(
            "filterPatterns",
            Limits.filterPatterns,
            minimum: schema("SubscriptionFilter", "properties/types/minItems"),
            maximum: schema("SubscriptionFilter", "properties/types/maxItems")
        ),
        DocumentedLimit(
            "nameBytes",
            Limits.nameBytes,
            schema("StreamId", "maxLength"),
            schema("SubscriptionId", "maxLength")
        ),
        DocumentedLimit(
            "headersPerEvent",
            Limits.headersPerEvent,
            schema("EventHeaders", "maxProperties")
        ),
        DocumentedLimit("dataDepth", Limits.dataDepth),
        DocumentedLimit(
            "idempotencyKeyBytes",
            Limits.idempotencyKeyBytes,
            minimum: parameter("idempotencyKey", "minLength"),
            maximum: parameter("idempotencyKey", "maxLength")
        ),
        DocumentedLimit(
            "pageEntries",
            Limits.pageEntries,
            minimum: parameter("limit", "minimum"),
            maximum: parameter("limit", "maximum")
        ),
        DocumentedLimit("readBytes", Limits.readBytes),
        DocumentedLimit("filteredReadBytes", Limits.filteredReadBytes),
        DocumentedLimit("readEntries", Limits.readEntries),
        DocumentedLimit(
            "defaultPageEntries",
            Limits.defaultPageEntries,
            parameter("limit", "default")
        ),
        DocumentedLimit("pageBytes", Limits.pageBytes),
        DocumentedLimit(
            "wait",
            as: "wait_seconds",
            Int(Limits.wait.lowerBound.wholeSeconds)...Int(Limits.wait.upperBound.wholeSeconds),
            minimum: parameter("wait", "minimum"),
            maximum: parameter("wait", "maximum")
        ),
        DocumentedLimit(
            "partitions",
            Limits.partitions,
            minimum: schema("PartitionCount", "minimum"),
            maximum: schema("PartitionCount", "maximum")
        ),
        DocumentedLimit(
            "defaultPartitions",
            Limits.defaultPartitions,
            schema("StreamCreation", "properties/partition_count/default")
        ),
        DocumentedLimit(
            "retentionHours",
            Limits.retentionHours,
            minimum: schema("RetentionHours", "minimum"),
            maximum: schema("RetentionHours", "maximum")
        ),
        DocumentedLimit(
            "defaultRetentionHours",
            Limits.defaultRetentionHours,
            schema("StreamCreation", "properties/retention_hours/default")
        ),
        DocumentedLimit(
            "members",
            Limits.members,
            schema("MemberList", "properties/members/maxItems")
        ),
        DocumentedLimit(
            "memberNameBytes",
            Limits.memberNameBytes,
            minimum: schema("MemberName", "minLength"),
            maximum: schema("MemberName", "maxLength")
        ),
        DocumentedLimit(
            "session",
            as: "session_seconds",
            Int(
                Limits.session.lowerBound.wholeSeconds
            )...Int(Limits.session.upperBound.wholeSeconds),
            minimum: parameter("session", "minimum"),
            maximum: parameter("session", "maximum")
        ),
        DocumentedLimit(
            "defaultSession",
            as: "default_session_seconds",
            Int(Limits.defaultSession.wholeSeconds),
            parameter("session", "default")
        ),
        DocumentedLimit(
            "ackWait",
            as: "ack_wait_seconds",
            seconds(Limits.ackWait),
            minimum: delivery("ack_wait/minimum"),
            maximum: delivery("ack_wait/maximum")
        ),
        DocumentedLimit(
            "maxDeliveries",
            Limits.maxDeliveries,
            minimum: delivery("max_deliveries/minimum"),
            maximum: delivery("max_deliveries/maximum")
        ),
        DocumentedLimit(
            "backoffs",
            Limits.backoffs,
            minimum: delivery("backoff/minItems"),
            maximum: delivery("backoff/maxItems")
        ),
        DocumentedLimit(
            "backoff",
            as: "backoff_seconds",
            seconds(Limits.backoff),
            minimum: delivery("backoff/items/minimum"),
            maximum: delivery("backoff/items/maximum")
        ),
        DocumentedLimit(
            "maxOpen",
            Limits.maxOpen,
            minimum: delivery("max_open/minimum"),
            maximum: delivery("max_open/maximum")
        ),
        DocumentedLimit(
            "maxParked",
            Limits.maxParked,
            minimum: delivery("max_parked/minimum"),
            maximum: delivery("max_parked/maximum")
        ),
        DocumentedLimit(
            "acknowledgedEvents",
            Limits.acknowledgedEvents,
            schema("Acknowledgement", "properties/nack/maxItems"),
            schema("ReplayRequest", "properties/events/maxItems")
        ),
        DocumentedLimit(
            "attemptBytes",
            Limits.attemptBytes,
            minimum: schema("Attempt", "minLength"),
            maximum: schema("Attempt", "maxLength")
        ),
        DocumentedLimit(
            "consumerBytes",
            Limits.consumerBytes,
            schema("ReceiveRequest", "properties/consumer/maxLength")
        ),
        DocumentedLimit(
            "reasonBytes",
            Limits.reasonBytes,
            schema("ParkingRequest", "properties/reason/maxLength"),
            schema("Parking", "properties/reason/maxLength")
        ),
        DocumentedLimit("webhooks", Limits.webhooks),
        DocumentedLimit(
            "webhookURLBytes",
            as: "webhook_url_bytes",
            Limits.webhookURLBytes,
            minimum: webhook("url/minLength"),
            maximum: webhook("url/maxLength")
        ),
        DocumentedLimit(
            "webhookConcurrency",
            Limits.webhookConcurrency,
            minimum: webhook("concurrency/minimum"),
            maximum: webhook("concurrency/maximum")
        ),
        DocumentedLimit(
            "webhookTimeout",
            as: "webhook_timeout_seconds",
            seconds(Limits.webhookTimeout),
            minimum: webhook("timeout/minimum"),
            maximum: webhook("timeout/maximum")
        ),
        DocumentedLimit(
            "webhookDisableHours",
            Limits.webhookDisableHours,
            minimum: webhook("disable_after_hours/minimum"),
            maximum: webhook("disable_after_hours/maximum")
        ),
        DocumentedLimit(
            "keyNameBytes",
            Limits.keyNameBytes,
            minimum: schema("ApiKeyName", "minLength"),
            maximum: schema("ApiKeyName", "maxLength")
        ),
        DocumentedLimit(
            "scopesPerKey",
            Limits.scopesPerKey,
            minimum: schema("ApiKeyCreation", "properties/scopes/minItems"),
            maximum: schema("ApiKeyCreation", "properties/scopes/maxItems")
        ),
        DocumentedLimit("transactionItems", Limits.transactionItems),
        DocumentedLimit("transactionBytes", Limits.transactionBytes),
        DocumentedLimit(
            "idempotencyAge",
            as: "idempotency_hours",
            Int(Limits.idempotencyAge.wholeHours)
        ),
        DocumentedLimit(
            "expiredKeyAge",
            as: "expired_key_days",
            Int(Limits.expiredKeyAge.wholeHours) / 24
        ),
    ]

    /// What no client can meet: how the ledger stores and when it cleans up.
    static let internalNames: Set<String> = [
        "chunkBytes", "chunkPayloadBytes", "decodedBatchBytes", "compressionThreshold",
        "itemBytes", "queryPageBytes",
        "cacheAge", "decisionAge", "physicalRetention", "physicalRetentionMargin",
        "unremovedAge", "tombstoneAge",
        "clockLead", "clockPatience", "clockJump", "clockInterval",
        "deletionGrace", "foldPatience", "readPatience", "sortKeyBytes",
        "readTime", "gapLooks", "gapPause",
        "unknownKeyAge", "cachedKeys", "keyLookupsPerSecond", "functionRequestsPerSecond",
        "largestRequestRate",
        "foldStepKeys", "foldStepBytes", "foldStepDecodedBytes", "foldsAtOnce", "foldPutsAtOnce",
        "foldStandstill", "foldPause",
        "clockSkew", "sweepEvery", "sweepRun", "sweepLease", "sweepPace", "sweepRuns", "sweepLanes",
        "sweepFolds", "sweepJobs", "sweepPages", "sweepPageRows", "sweepTasks", "removalAttempts",
        "namedStreams",
        "lineBatchPatience",
        "queuedUnits", "queuedBytes", "mergedMarks", "appenders",
    ]
}

extension DocumentedLimit: CustomTestStringConvertible {
    var testDescription: String { name }
}
