import CurlHTTP
package import LedgerCore

/// Sends requests to webhooks over libcurl.
///
/// Connections are kept alive for the next request to the same host. The address of each is judged
/// right before its socket opens (``AddressJudge``), so a name that means another address by then
/// leads nowhere else.
package final class WebhookClient: WebhookSender {
    /// Of its own: a connection that is kept alive is not judged again.
    private let pool = CurlPool(
        connections: Limits.webhookRequests,
        largestAnswer: Limits.webhookAnswerBytes
    )
    private let gate = CurlGate(AddressJudge.admits)

    /// A client that makes no connection before its first request.
    package init() {}

    package func send(_ call: WebhookCall) async throws(WebhookSilence) -> WebhookResponse {
        do throws(CurlError) {
            let response = try await pool.call(request(for: call))
            return WebhookResponse(
                status: response.status,
                retryAfter: response.header("retry-after"),
                body: response.body
            )
        } catch {
            throw WebhookSilence(error.reason)
        }
    }

    private func request(for call: WebhookCall) -> CurlRequest {
        var request = CurlRequest(
            method: "POST",
            url: call.url.text,
            headers: call.request.headers,
            body: call.request.body,
            timeout: call.timeout
        )
        request.connectTimeout = Limits.webhookConnectTimeout
        request.isDirect = true
        request.cutsAnswer = true
        guard !call.isAllowed else { return request }
        request.gate = gate
        request.isSecure = true
        return request
    }
}

extension CurlError {
    /// Why there was no answer; libcurl's words say it, but for what is ours.
    fileprivate var reason: String {
        trouble == .forbidden ? "its address is not of the public internet" : message
    }
}
