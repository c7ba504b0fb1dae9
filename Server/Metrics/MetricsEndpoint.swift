import LedgerService

extension PrometheusMetrics {
    /// Where they are, on a server alone: ``EndpointTable`` has what a function serves too.
    static let path = "/metrics"
    private static let route = "GET \(path)"

    /// The answer to a request for `/metrics`.
    func response(to request: APIRequest) -> APIResponse {
        guard request.method == "GET" else {
            var response = ServerError.methodNotAllowed(allow: "GET, HEAD").response
            response.route = Self.route
            return response
        }
        if var refusal = request.refuseParameters() {
            refusal.route = Self.route
            return refusal
        }
        return APIResponse(
            status: 200,
            headers: [(name: "content-type", value: "text/plain; version=0.0.4; charset=utf-8")],
            body: Array(render().utf8),
            route: Self.route
        )
    }
}
