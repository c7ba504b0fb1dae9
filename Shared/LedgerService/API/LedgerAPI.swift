import LedgerCore
import LedgerSchemas
import RawJSON

/// The HTTP API over a ``Ledger``, whatever transport brings the requests.
package struct LedgerAPI: APIHandler {
    /// The ledger's version, as `/health` says it.
    package static let version = "0.1.0"

    let ledger: Ledger
    /// Nil on a ledger that needs no keys.
    let gate: KeyGate?
    private let function: LedgerFunction?

    /// The API of `ledger`: all of it, or only the routes of one function.
    ///
    /// `keys`: Whether requests need an API key.
    package init(_ ledger: Ledger, only function: LedgerFunction? = nil, keys: KeyPolicy = .off) {
        self.ledger = ledger
        self.function = function
        gate =
            switch keys {
            case .off: nil
            case .on(let settings): KeyGate(settings, ledger)
            }
    }

    /// The answer to one request; every error is an answer too.
    package func handle(_ request: APIRequest) async -> APIResponse {
        let route: Route
        do throws(LedgerError) {
            route = try Route(path: request.path)
        } catch {
            return ErrorAnswer(error).response(route: nil)
        }
        let method = request.method == "HEAD" ? "GET" : request.method
        guard route.methods.contains(method) else {
            let allow = LedgerError.methodNotAllowed(allow: Route.allow(route.methods))
            return ErrorAnswer(allow).response(route: route.pattern)
        }
        // Whatever sent it here knows no such call of this function.
        guard function == nil || function == route.function(method) else {
            return ErrorAnswer(.routeNotFound).response(route: nil)
        }
        let pattern = "\(method) \(route.pattern)"
        var caller = Caller.anyone
        var response: APIResponse
        do throws(LedgerError) {
            let access = route.access(method)
            caller = try await self.caller(of: request, for: access)
            try caller.require(access)
            response = try await answer(route, method, request, caller)
        } catch {
            ledger.report(error, route: pattern, keyID: caller.name)
            response = ErrorAnswer(error).response(route: nil)
        }
        response.route = pattern
        response.keyID = caller.name
        return response
    }

    /// The refusal of everyone but operators; nil for them.
    package func refusalToOperate(_ request: APIRequest) async -> APIResponse? {
        do throws(LedgerError) {
            try await caller(of: request, for: .operation).require(.operation)
            return nil
        } catch {
            return ErrorAnswer(error).response(route: nil)
        }
    }

    private func caller(
        of request: APIRequest,
        for access: Access
    ) async throws(LedgerError) -> Caller {
        guard let gate else { return .anyone }
        if case .open = access { return .anyone }
        return try await gate.caller(of: request)
    }

    private func answer(
        _ route: Route,
        _ method: String,
        _ request: APIRequest,
        _ caller: Caller
    )
        async throws(LedgerError) -> APIResponse
    {
        switch route {
        case .health: try health(request)
        case .openAPI: try openAPI(request)
        case .acceptClock: try await acceptClock(request)
        case .streams:
            method == "GET"
                ? try await listStreams(request, caller)
                : try await createStream(request, caller)
        case .stream(let id): try await stream(id, method, request)
        case .events(let id):
            method == "GET"
                ? try await waited(try await read(id, request), by: caller)
                : try await publish(id, request)
        case .compacted(let id): try await compacted(id, request)
        case .compactedKey(let id, let key): try await compacted(id, key, request)
        case .compact(let id): try await compact(id, request)
        case .acceptTail(let id): try await acceptTail(id, request)
        case .head(let id, let partition): try await head(id, partition, request)
        case .subscriptions(let id):
            method == "GET"
                ? try await listSubscriptions(id, request)
                : try await createSubscription(id, request)
        case .subscription(let id, let subscription):
            try await self.subscription(id, subscription, method, request)
        case .poll(let id, let subscription):
            try await waited(try await poll(id, subscription, request), by: caller)
        case .commit(let id, let subscription): try await commit(id, subscription, request)
        case .seek(let id, let subscription): try await seek(id, subscription, request)
        case .keys: try await keys(method, request)
        case .key(let id): try await deleteKey(id, request)
        }
    }

    /// The call may have waited, and its key may be good no more.
    private func waited(
        _ response: APIResponse,
        by caller: Caller
    ) async throws(LedgerError) -> APIResponse {
        try await gate?.confirm(caller)
        return response
    }

    private func health(_ request: APIRequest) throws(LedgerError) -> APIResponse {
        _ = try QueryParameters(request.query, allowed: [])
        let report = try ledger.health()
        return .json { writer in
            writer.beginObject()
            writer.key("status")
            writer.string(report.isClockSuspect ? "clock_suspect" : "ok")
            writer.key("version")
            writer.string(Self.version)
            writer.endObject()
        }
    }

    private func openAPI(_ request: APIRequest) throws(LedgerError) -> APIResponse {
        _ = try QueryParameters(request.query, allowed: [])
        return APIResponse(
            status: 200,
            // As old as the release, so it may be kept: all other answers must not.
            headers: [("content-type", "application/json"), ("cache-control", "max-age=300")],
            body: LedgerSchemas.openAPI
        )
    }
}

extension APIResponse {
    /// A JSON answer.
    static func json(
        status: Int = 200,
        capacity: Int = 256,
        _ write: (inout JSONWriter) -> Void
    ) -> APIResponse {
        var writer = JSONWriter(capacity: capacity)
        write(&writer)
        return APIResponse(
            status: status,
            headers: [("content-type", "application/json")],
            body: writer.finish()
        )
    }

    /// The answer `{"success": true}`.
    static var success: APIResponse {
        .json { writer in
            writer.beginObject()
            writer.key("success")
            writer.boolean(true)
            writer.endObject()
        }
    }
}
