import LedgerCore
import RawJSON

extension LedgerAPI {
    static func createSubscription(_ call: Call) async throws(LedgerError) -> APIResponse {
        var name: String?
        var start = StartPointField.latest
        var filter: EventFilter?
        var delivery = SubscriptionChange.Delivery()
        var webhook: WebhookChange?
        try call.readMembers { field, reader throws(LedgerError) in
            switch field {
            case "subscription_id": name = try reader.text(field)
            case "start_from": start = try StartPointField(field, from: &reader)
            case "filter": filter = try reader.filter(field)
            case "delivery": delivery = try reader.delivery(field)
            case "webhook": webhook = try reader.webhook(field, for: call)
            default: return false
            }
            return true
        }
        guard let name else { throw .invalid(field: "subscription_id", message: "is missing") }
        guard let id = SubscriptionID(name) else { throw .invalidSubscriptionID(name) }
        let description = try await call.ledger.subscriptions.create(
            id,
            of: call.stream,
            startingAt: start.point,
            text: start.text,
            filter: filter,
            delivery: try policy(of: delivery, isSent: webhook != nil),
            webhook: webhook
        )
        return .json(status: 201) { $0.subscription(description, showsSecret: true) }
    }

    private static func policy(
        of delivery: SubscriptionChange.Delivery,
        isSent: Bool
    ) throws(LedgerError) -> DeliveryPolicy? {
        do throws(Refusal) {
            return try delivery.ofCreation(isSent: isSent)
        } catch {
            throw LedgerError(error)
        }
    }

    static func listSubscriptions(_ call: Call) async throws(LedgerError) -> APIResponse {
        let page = try await call.ledger.subscriptions.list(
            of: call.stream,
            limit: try call.query.limit(),
            after: try call.query.next(of: .subscriptions)?.sortKey
        )
        return .json { writer in
            writer.beginObject()
            writer.key("subscriptions")
            writer.beginArray()
            for subscription in page.subscriptions {
                writer.beginObject()
                writer.members(of: subscription, on: call.stream)
                if let delivery = subscription.delivery {
                    writer.key("delivery")
                    writer.beginObject()
                    writer.members(of: delivery.policy)
                    writer.endObject()
                }
                if let webhook = subscription.webhook {
                    writer.key("webhook")
                    writer.write(webhook)
                }
                writer.endObject()
            }
            writer.endArray()
            writer.next(page.next.map { PageToken(kind: .subscriptions, sortKey: $0) })
            writer.endObject()
        }
    }

    static func describeSubscription(_ call: Call) async throws(LedgerError) -> APIResponse {
        let description = try await call.ledger.subscriptions.describe(
            call.subscription,
            of: call.stream
        )
        return .json { $0.subscription(description) }
    }

    static func updateSubscription(_ call: Call) async throws(LedgerError) -> APIResponse {
        var change = SubscriptionChange()
        try call.readMembers { field, reader throws(LedgerError) in
            switch field {
            case "filter": change.filter = .some(try reader.filter(field))
            case "delivery":
                let delivery = try reader.delivery(field)
                guard delivery != SubscriptionChange.Delivery() else {
                    throw .invalid(field: field, message: "has nothing to change")
                }
                change.delivery = delivery
            case "webhook": change.webhook = .some(try reader.webhookOrNull(field, for: call))
            case "start_from":
                throw .invalid(field: field, message: "is of the creation; a seek moves it")
            default: return false
            }
            return true
        }
        guard change != SubscriptionChange() else {
            throw .invalid(
                field: "filter",
                message: "is missing, and so are delivery and webhook: nothing to change"
            )
        }
        let description = try await call.ledger.subscriptions.update(
            call.subscription,
            of: call.stream,
            by: change
        )
        return .json { $0.subscription(description) }
    }

    static func deleteSubscription(_ call: Call) async throws(LedgerError) -> APIResponse {
        try await call.ledger.subscriptions.delete(call.subscription, of: call.stream)
        return .success
    }

    static func poll(_ call: Call) async throws(LedgerError) -> APIResponse {
        let limit = try call.query.limit()
        let member = try call.query.member()
        let (subscriptions, id) = (call.ledger.subscriptions, call.subscription)
        let question =
            member == nil ? PageQuestion.poll(id, of: call.stream, limit: limit) : nil
        return try await call.answer(from: call.query.text("cursor"), to: question) {
            (cursor, wait) throws(LedgerError) in
            guard let member else {
                let found = try await subscriptions.poll(
                    id,
                    of: call.stream,
                    cursor: cursor,
                    limit: limit,
                    wait: wait
                )
                return written(found, of: call.stream)
            }
            let found = try await subscriptions.poll(
                id,
                of: call.stream,
                as: member,
                cursor: cursor,
                limit: limit,
                wait: wait
            )
            return written(found.page, of: call.stream, with: found.share)
        }
    }

    private static func written(
        _ found: SubscriptionPage,
        of stream: StreamID,
        with share: GroupShare? = nil
    ) -> WrittenPage {
        var writer = JSONWriter(capacity: found.page.estimatedBytes)
        var events = EventWriter(stream)
        writer.beginObject()
        writer.key("events")
        events.write(found.page, to: &writer)
        writer.key("cursor")
        writer.string(found.cursor)
        writer.key("remaining")
        writer.integer(found.page.remaining)
        writer.key("caught_up")
        writer.boolean(found.page.caughtUp)
        if let share {
            writer.key("member")
            writer.write(share)
        }
        writer.endObject()
        return WrittenPage(
            json: writer.finish(),
            cursor: found.cursor,
            isEmpty: found.page.events.isEmpty
        )
    }

    static func commit(_ call: Call) async throws(LedgerError) -> APIResponse {
        var cursor: String?
        var offsets: [Int: Offset] = [:]
        try call.readMembers { field, reader throws(LedgerError) in
            switch field {
            case "cursor": cursor = try reader.text(field)
            case "offsets": offsets = try reader.offsets(field)
            default: return false
            }
            return true
        }
        guard let cursor else { throw .invalid(field: "cursor", message: "is missing") }
        try await call.ledger.subscriptions.commit(
            call.subscription,
            of: call.stream,
            cursor: cursor,
            offsets: offsets
        )
        return .success
    }

    static func seek(_ call: Call) async throws(LedgerError) -> APIResponse {
        var target: StartPointField?
        try call.readMembers { field, reader throws(LedgerError) in
            guard field == "to" else { return false }
            target = try StartPointField(field, from: &reader)
            return true
        }
        guard let target else { throw .invalid(field: "to", message: "is missing") }
        try await call.ledger.subscriptions.seek(
            call.subscription,
            of: call.stream,
            to: target.point
        )
        return .success
    }
}

extension JSONWriter {
    fileprivate mutating func subscription(
        _ description: SubscriptionDescription,
        showsSecret: Bool = false
    ) {
        beginObject()
        members(of: description.subscription, on: description.stream.id)
        if let delivery = description.delivery {
            key("delivery")
            write(delivery)
        }
        if let webhook = description.subscription.webhook {
            key("webhook")
            write(webhook, health: description.webhook?.health, showsSecret: showsSecret)
        }
        key("lag")
        integer(description.lag)
        key("lag_seconds")
        integer(description.lagAge.wholeSeconds)
        key("positions")
        beginArray()
        for state in description.partitions {
            beginObject()
            key("partition")
            integer(state.partition.index)
            key("offset")
            integer(state.offset.rawValue)
            key("lag")
            integer(state.lag)
            key("bootstrapping")
            boolean(state.isBootstrapping)
            key("expired")
            boolean(state.hasExpired)
            key("beyond_tail")
            boolean(state.isBeyondTail)
            endObject()
        }
        endArray()
        if description.members > 0 {
            key("members")
            integer(description.members)
        }
        endObject()
    }

    fileprivate mutating func members(
        of subscription: SubscriptionRow,
        on stream: StreamID
    ) {
        key("stream_id")
        string(stream.name)
        key("subscription_id")
        string(subscription.id.name)
        key("start_from")
        raw(subscription.startFrom)
        if let filter = subscription.filter {
            key("filter")
            write(filter)
        }
        key("created_at")
        string(RFC3339.text(subscription.created))
    }
}
