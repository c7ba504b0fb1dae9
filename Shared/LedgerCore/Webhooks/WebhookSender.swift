/// Sends requests to webhooks: libcurl in a process that serves, a script in a test.
///
/// It follows no redirection, uses no proxy, and reads no more of an answer than
/// ``Limits/webhookAnswerBytes``. Where a kept connection turns out to be closed, the request goes over
/// another one. A request waits until it is answered or its time is over; one
/// whose task is cancelled ends at once.
package protocol WebhookSender: Sendable {
    /// Sends a request and waits for the answer, whatever its status.
    func send(_ call: WebhookCall) async throws(WebhookSilence) -> WebhookResponse
}

/// A request to a webhook, and where it goes.
package struct WebhookCall: Sendable {
    package let url: WebhookURL
    package let request: WebhookRequest
    /// The longest that it may take, whole seconds.
    package let timeout: Duration
    /// True where nobody judges the address or asks for TLS: the operator allows this host.
    package let isAllowed: Bool

    package init(
        _ request: WebhookRequest,
        to url: WebhookURL,
        timeout: Duration,
        isAllowed: Bool
    ) {
        self.request = request
        self.url = url
        self.timeout = timeout
        self.isAllowed = isAllowed
    }
}

/// The answer to a ``WebhookCall``.
package struct WebhookResponse: Hashable, Sendable {
    /// The HTTP status code.
    package let status: Int
    /// The value of `Retry-After`; nil without one.
    package let retryAfter: String?
    /// The beginning of the bytes after the head.
    package let body: [UInt8]

    package init(status: Int, retryAfter: String? = nil, body: [UInt8] = []) {
        self.status = status
        self.retryAfter = retryAfter
        self.body = body
    }
}

/// A ``WebhookCall`` without an answer: no connection, or nothing in time.
package struct WebhookSilence: Error, Hashable, Sendable {
    /// Why, for a person.
    package let reason: String

    package init(_ reason: String) { self.reason = reason }
}
