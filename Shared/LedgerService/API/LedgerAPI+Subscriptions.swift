import LedgerCore
import RawJSON

extension LedgerAPI {
    func createSubscription(
        _ stream: StreamID,
        _ request: APIRequest
    ) async throws(LedgerError)
        -> APIResponse
    {
        _ = try QueryParameters(request.query, allowed: [])
        var name: String?
        var start = StartPointField.latest
        try RequestBody.members(of: request) { field, reader throws(FieldError) in
            switch field {
            case "subscription_id": name = try reader.text(field)
            case "start_from": start = try StartPointField(field, &reader)
            default: return false
            }
            return true
        }
        guard let name else { throw .invalid(field: "subscription_id", message: "is missing") }
        guard let id = SubscriptionID(name) else { throw .invalidSubscriptionID(name) }
        let description = try await ledger.createSubscription(
            id,
            of: stream,
            startingAt: start.point,
            text: start.text
        )
        return .json(status: 201) { $0.subscription(description) }
    }

    func listSubscriptions(
        _ stream: StreamID,
        _ request: APIRequest
    ) async throws(LedgerError)
        -> APIResponse
    {
        let query = try QueryParameters(request.query, allowed: ["limit", "next"])
        let page = try await ledger.listSubscriptions(
            of: stream,
            limit: try query.limit(),
            after: try PageToken.after(query.text("next"), of: .subscriptions)
        )
        return .json { writer in
            writer.beginObject()
            writer.key("subscriptions")
            writer.beginArray()
            for subscription in page.subscriptions {
                writer.beginObject()
                writer.members(of: subscription, stream)
                writer.endObject()
            }
            writer.endArray()
            writer.next(page.next.map { PageToken(kind: .subscriptions, sortKey: $0) })
            writer.endObject()
        }
    }

    func subscription(
        _ stream: StreamID,
        _ id: SubscriptionID,
        _ method: String,
        _ request: APIRequest
    ) async throws(LedgerError) -> APIResponse {
        _ = try QueryParameters(request.query, allowed: [])
        guard method == "DELETE" else {
            let description = try await ledger.describeSubscription(id, of: stream)
            return .json { $0.subscription(description) }
        }
        try await ledger.deleteSubscription(id, of: stream)
        return .success
    }

    func poll(
        _ stream: StreamID,
        _ id: SubscriptionID,
        _ request: APIRequest
    )
        async throws(LedgerError) -> APIResponse
    {
        let query = try QueryParameters(request.query, allowed: ["limit", "wait", "cursor"])
        let found = try await ledger.poll(
            id,
            of: stream,
            cursor: query.text("cursor"),
            limit: try query.limit(),
            wait: try query.wait()
        )
        return .json(capacity: found.page.estimatedBytes) { writer in
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
            writer.endObject()
        }
    }

    func commit(
        _ stream: StreamID,
        _ id: SubscriptionID,
        _ request: APIRequest
    )
        async throws(LedgerError) -> APIResponse
    {
        _ = try QueryParameters(request.query, allowed: [])
        var cursor: String?
        try RequestBody.members(of: request) { field, reader throws(FieldError) in
            guard field == "cursor" else { return false }
            cursor = try reader.text(field)
            return true
        }
        guard let cursor else { throw .invalid(field: "cursor", message: "is missing") }
        try await ledger.commit(id, of: stream, cursor: cursor)
        return .success
    }

    func seek(
        _ stream: StreamID,
        _ id: SubscriptionID,
        _ request: APIRequest
    )
        async throws(LedgerError) -> APIResponse
    {
        _ = try QueryParameters(request.query, allowed: [])
        var target: StartPointField?
        try RequestBody.members(of: request) { field, reader throws(FieldError) in
            guard field == "to" else { return false }
            target = try StartPointField(field, &reader)
            return true
        }
        guard let target else { throw .invalid(field: "to", message: "is missing") }
        try await ledger.seek(id, of: stream, to: target.point)
        return .success
    }
}

extension JSONWriter {
    fileprivate mutating func subscription(_ description: SubscriptionDescription) {
        beginObject()
        members(of: description.subscription, description.stream.id)
        key("lag")
        integer(description.lag)
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
        endObject()
    }

    fileprivate mutating func members(of subscription: SubscriptionRow, _ stream: StreamID) {
        key("stream_id")
        string(stream.name)
        key("subscription_id")
        string(subscription.id.name)
        key("start_from")
        raw(subscription.startFrom)
        key("created_at")
        string(RFC3339.text(subscription.created))
    }
}
