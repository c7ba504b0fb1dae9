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
    /// The pages of event streams.
    let pages: SharedPages
    private let function: LedgerFunction?

    /// True in a function, whose answers go out when they are complete.
    var answersAtOnce: Bool { function != nil }

    /// The API of `ledger`: all of it, or only the endpoints of one function.
    package init(_ ledger: Ledger, only function: LedgerFunction? = nil, keys: KeyPolicy = .off) {
        self.ledger = ledger
        self.function = function
        pages = SharedPages(
            by: ledger.clock,
            executor: ledger.access.configuration.executor
        )
        gate =
            switch keys {
            case .off: nil
            case .on(let settings): KeyGate(settings, for: ledger.keys, by: ledger.clock)
            }
    }

    /// The answer to one request; every error is an answer too.
    package func handle(_ request: APIRequest) async -> APIResponse {
        guard let route = EndpointTable.api.route(of: request.path) else {
            return ErrorAnswer(.routeNotFound).response(route: nil)
        }
        let path: PathParameters
        do throws(LedgerError) {
            path = try route.path.parameters(of: request.path)
        } catch {
            return ErrorAnswer(error).response(route: nil)
        }
        guard let endpoint = route.endpoint(request.method) else {
            let refusal = ErrorAnswer(.methodNotAllowed(allow: route.methods))
            return refusal.response(route: route.path.description)
        }
        // Whatever sent it here knows no such call of this function.
        guard function == nil || function == endpoint.function else {
            return ErrorAnswer(.routeNotFound).response(route: nil)
        }
        return await answer(request, of: endpoint, at: path)
    }

    private func answer(
        _ request: APIRequest,
        of endpoint: Endpoint,
        at path: PathParameters
    ) async -> APIResponse {
        var caller = Caller.anyone
        var response: APIResponse
        do throws(LedgerError) {
            caller = try await self.caller(of: request, for: endpoint.access)
            try caller.require(endpoint.access, on: path.stream)
            let call = try Call(of: endpoint, as: request, at: path, by: caller, to: self)
            response = try await endpoint.answer(call)
        } catch {
            report(error, route: endpoint.name, keyID: caller.name)
            response = ErrorAnswer(error).response(route: nil)
        }
        response.route = endpoint.name
        response.keyID = caller.name
        return response
    }

    package func authorizeOperator(_ request: APIRequest) async -> APIResponse? {
        do throws(LedgerError) {
            try await caller(of: request, for: .operation).require(.operation)
            return nil
        } catch {
            return ErrorAnswer(error).response(route: nil)
        }
    }

    package func isPublish(_ request: APIRequest) -> Bool {
        let endpoint = EndpointTable.api.route(of: request.path)?.endpoint(request.method)
        return endpoint?.function == .publish
    }

    private func caller(
        of request: APIRequest,
        for access: Access
    ) async throws(LedgerError) -> Caller {
        guard let gate else {
            guard access != .keyManagement else { throw .keysDisabled }
            return .anyone
        }
        guard access != .open else { return .anyone }
        return try await gate.caller(of: request)
    }

    // MARK: What tells of the ledger itself

    static func health(_ call: Call) async throws(LedgerError) -> APIResponse {
        let report = try call.ledger.clockCheck.health()
        return .json { writer in
            writer.beginObject()
            writer.key("status")
            writer.string(report.isClockSuspect ? "clock_suspect" : "ok")
            writer.key("version")
            writer.string(Self.version)
            writer.endObject()
        }
    }

    static func openAPI(_ call: Call) async -> APIResponse {
        APIResponse(
            status: 200,
            // As old as the release, so it may be kept: all other answers must not.
            headers: [("content-type", "application/json"), ("cache-control", "max-age=300")],
            body: LedgerSchemas.openAPI
        )
    }

    /// The operator's word that the clock is right.
    static func acceptClock(_ call: Call) async throws(LedgerError) -> APIResponse {
        try call.refuseContent()
        let now = try await call.ledger.clockCheck.acceptClock()
        return .json { writer in
            writer.beginObject()
            writer.key("accepted")
            writer.string(RFC3339.text(now))
            writer.endObject()
        }
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
