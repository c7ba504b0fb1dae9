import LedgerBytes

/// What the answer to a webhook's request means for its event and for the webhook.
package enum WebhookAnswer: Hashable, Sendable {
    /// 2xx: the event is acknowledged.
    case acknowledged
    /// The event failed there, also by a redirection, which is never followed.
    ///
    /// It is tried again after its back-off, or after `retryAfter`.
    case failed(reason: String, retryAfter: Duration?)
    /// The endpoint is at fault and not the event: it asks for fewer requests, or did not answer.
    ///
    /// It is tried again when the webhook is, which `retryAfter` may put off.
    case unavailable(reason: String, retryAfter: Duration?)
    /// 410: nothing more is to be sent there.
    case gone

    /// Judges an answer that came.
    ///
    /// - Parameters:
    ///   - status: The HTTP status code.
    ///   - retryAfter: The value of `Retry-After`, seconds or a date; nil without one. What is
    ///     longer than ``Limits/webhookRetryAfter``, or makes no sense, counts as none.
    ///   - now: The moment at which it came.
    package init(status: Int, retryAfter: String?, at now: Timestamp) {
        let retryAfter = retryAfter.flatMap { Self.pause($0, at: now) }
        switch status {
        case 200...299: self = .acknowledged
        case 410: self = .gone
        case 429, 502, 503, 504:
            self = .unavailable(reason: Self.reason(status), retryAfter: retryAfter)
        default: self = .failed(reason: Self.reason(status), retryAfter: retryAfter)
        }
    }

    /// What no answer means: no connection, or none in time; `reason` says why, for a person.
    package static func missing(_ reason: String) -> WebhookAnswer {
        .unavailable(reason: reason, retryAfter: nil)
    }

    private static func reason(_ status: Int) -> String { "status \(status)" }

    /// The pause that `Retry-After` asks for (RFC 9110, 10.2.3); a date that has passed asks for
    /// none at all.
    private static func pause(_ text: String, at now: Timestamp) -> Duration? {
        let text = Substring(ASCII.trimmed(text[...].utf8))
        let pause: Duration?
        if !text.isEmpty, text.utf8.allSatisfy(ASCII.isDigit) {
            pause = Int64(text).map(Duration.seconds)
        } else {
            pause = CivilTime(httpDate: String(text)).map {
                max(.zero, Timestamp(milliseconds: $0.millisecondsSinceEpoch) - now)
            }
        }
        return pause.flatMap { $0 <= Limits.webhookRetryAfter ? $0 : nil }
    }
}
