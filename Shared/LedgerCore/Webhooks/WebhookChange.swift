/// A webhook that a subscription gets, or a change of the one that it has; what it leaves out stays
/// as it is, or is as usual.
package struct WebhookChange: Hashable, Sendable {
    package var url: WebhookURL?
    /// In ``Limits/webhookConcurrency``.
    package var concurrency: Int?
    /// Whole seconds, in ``Limits/webhookTimeout``.
    package var timeout: Duration?
    /// Hours, in ``Limits/webhookDisableHours``.
    package var disableAfterHours: Int?

    /// A change of nothing.
    package init() {}

    /// The webhook after the change.
    ///
    /// - Parameters:
    ///   - former: The webhook before; nil: there is none.
    ///   - secret: The secret of a new webhook.
    /// - Returns: nil when a new webhook has no address.
    package func applied(
        to former: WebhookSettings?,
        secret: @autoclosure () -> WebhookSecret
    ) -> WebhookSettings? {
        guard let url = url ?? former?.url else { return nil }
        return WebhookSettings(
            url: url,
            concurrency: concurrency ?? former?.concurrency ?? Limits.defaultWebhookConcurrency,
            timeout: timeout ?? former?.timeout ?? Limits.defaultWebhookTimeout,
            disableAfterHours: disableAfterHours ?? former?.disableAfterHours
                ?? Limits.defaultWebhookDisableHours,
            secrets: former?.secrets ?? WebhookSecrets(current: secret())
        )
    }
}

extension DeliveryPolicy {
    /// The usual policy where the ledger sends events itself: an endpoint that is away for a day
    /// loses none.
    package static let ofWebhooks = DeliveryPolicy(
        ackWait: .seconds(60),
        maxDeliveries: 10,
        backoff: [
            .seconds(5), .seconds(300), .seconds(1800), .hours(2), .hours(5), .hours(10),
            .hours(14), .hours(20), .hours(24),
        ]
    )
}
