package import LedgerTesting
package import Testing

/// Calls of a ledger's API, each answer held against the API description.
///
/// They throw where the way to the ledger does: `Failure` is `Never` without a socket.
package protocol APICaller: Sendable {
    associatedtype Failure: Error

    /// The answer to one request; throws when there is none.
    func send(_ request: SuiteRequest) async throws(Failure) -> Answer
}

extension APICaller {
    /// Makes any call with a text for a body.
    @discardableResult
    package func call(
        _ method: String,
        at target: String,
        sending body: String = "",
        headers: [(name: String, value: String)] = [],
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws(Failure) -> Answer {
        try await call(
            method,
            at: target,
            bytes: Array(body.utf8),
            headers: headers,
            sourceLocation: place
        )
    }

    /// Makes any call with any bytes for a body.
    package func call(
        _ method: String,
        at target: String,
        bytes: [UInt8],
        headers: [(name: String, value: String)] = [],
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws(Failure) -> Answer {
        let request = SuiteRequest(method, at: target, headers: headers, body: bytes)
        let answer = try await send(request)
        let faults = APIDescription.shared.faults(of: answer, to: request)
        #expect(faults.isEmpty, "\(method) \(target): \(answer)", sourceLocation: place)
        return answer
    }

    /// Creates a stream under a name that must be free; `members` go into the body.
    package func create(
        _ stream: String,
        with members: String = "",
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws(Failure) {
        let body = JSONBody.stream(stream, members: members)
        let answer = try await call("POST", at: "/streams", sending: body, sourceLocation: place)
        #expect(answer.status == 201, "\(answer)", sourceLocation: place)
    }

    /// Publishes one event, which must succeed.
    @discardableResult
    package func publish(
        to stream: String,
        key: String,
        data: String = "1",
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws(Failure) -> Answer {
        let answer = try await call(
            "POST",
            at: "/streams/\(stream)/events",
            sending: JSONBody.event(key: key, data: data),
            sourceLocation: place
        )
        #expect(answer.status == 200, "\(answer)", sourceLocation: place)
        return answer
    }

    /// Creates a subscription, which must succeed; `start` is JSON.
    package func subscribe(
        to stream: String,
        as name: String,
        from start: String = "\"earliest\"",
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws(Failure) {
        let answer = try await call(
            "POST",
            at: "/streams/\(stream)/subscriptions",
            sending: JSONBody.subscription(name, from: start),
            sourceLocation: place
        )
        #expect(answer.status == 201, "\(answer)", sourceLocation: place)
    }

    /// Polls a subscription; `query` goes behind the question mark.
    package func poll(
        _ stream: String,
        as name: String,
        query: String = "",
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws(Failure) -> Answer {
        let target = "/streams/\(stream)/subscriptions/\(name)/poll?\(query)"
        return try await call("GET", at: target, sourceLocation: place)
    }

    /// Commits a cursor, whatever comes of it.
    @discardableResult
    package func commit(
        _ stream: String,
        as name: String,
        cursor: String,
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws(Failure) -> Answer {
        let target = "/streams/\(stream)/subscriptions/\(name)/commit"
        let body = JSONBody.commit(cursor)
        return try await call("POST", at: target, sending: body, sourceLocation: place)
    }
}
