import LedgerService

extension PrometheusMetrics {
    /// The answer to a request for `/metrics`.
    func response(to request: APIRequest) -> APIResponse {
        guard request.method == "GET" else {
            var response = ServerError.methodNotAllowed(allow: "GET, HEAD").response
            response.route = "GET /metrics"
            return response
        }
        if var refusal = request.refusalOfParameters() {
            refusal.route = "GET /metrics"
            return refusal
        }
        return APIResponse(
            status: 200,
            headers: [(name: "content-type", value: "text/plain; version=0.0.4; charset=utf-8")],
            body: Array(render().utf8),
            route: "GET /metrics"
        )
    }
}
