import LedgerService

/// A browser's question whether a page may make a call, where the gateway leaves it to the function.
///
/// The gateway knows which pages may, and says so in headers that it adds to this answer: only its
/// status must be a good one.
enum Preflight {
    /// The answer; nil for any other request.
    static func answer(to request: APIRequest) -> APIResponse? {
        guard request.method == "OPTIONS", request.header("origin") != nil,
            request.header("access-control-request-method") != nil
        else { return nil }
        return APIResponse(status: 204, headers: [], body: [])
    }
}
