import LedgerCore

/// Webhooks as part of their subscriptions.
extension Subscriptions {
    /// The webhook that a subscription is to have.
    ///
    /// - Throws: ``LedgerError/webhookRefused(_:)`` for an address to which nothing may be sent,
    ///   ``LedgerError/tooManyWebhooks`` when the ledger has as many as it may have.
    func webhook(
        _ change: WebhookChange,
        after former: WebhookSettings?
    ) async throws(LedgerError) -> WebhookSettings {
        let configuration = access.configuration
        guard configuration.webhookSender != nil else {
            throw .invalid(field: "webhook", message: "is not possible: this ledger sends nothing")
        }
        guard let webhook = change.applied(to: former, secret: access.freshWebhookSecret()) else {
            throw .invalid(field: "webhook.url", message: "is missing")
        }
        do throws(WebhookURLProblem) {
            try webhook.url.check(against: configuration.webhookAllowance)
        } catch {
            throw .webhookRefused(error)
        }
        if former == nil, try await webhookHealth().count >= Limits.webhooks {
            throw .tooManyWebhooks
        }
        return webhook
    }

    /// The writes that make a subscription what it is to be, with its webhook.
    ///
    /// - Parameters:
    ///   - change: The change of its webhook; nil: that stays, nil inside: there is none any more.
    ///   - subscription: The subscription as it is to be otherwise.
    ///   - former: The subscription as it is stored.
    /// - Returns: The subscription as it becomes, and the writes.
    /// - Throws: What keeps the webhook's row from being read, or its address from being used.
    func sending(
        by change: WebhookChange??,
        _ subscription: SubscriptionRow,
        over former: SubscriptionRow
    ) async throws(LedgerError) -> (subscription: SubscriptionRow, writes: [Write]) {
        guard let change, change != nil || former.webhook != nil else {
            return (subscription, [subscription.replace(former)])
        }
        let row = try await webhookRow(of: former)
        var webhook: WebhookSettings?
        if let change { webhook = try await self.webhook(change, after: former.webhook) }
        return subscription.sending(to: webhook, replacing: row, over: former, at: clock.wall())
    }

    /// The health of a subscription's webhook; nil when it has none.
    func webhookRow(
        of subscription: SubscriptionRow
    ) async throws(LedgerError) -> WebhookRow? {
        guard subscription.webhook != nil else { return nil }
        let item = try await access.row(subscription.webhookKey)
        return try access.decoded { () throws(TableError) in
            try item.map { item throws(TableError) in try WebhookRow(item) }
        }
    }

    /// The health of all webhooks, each by its row, or what is wrong with that.
    func webhookHealth() async throws(LedgerError) -> [Result<WebhookRow, LedgerError>] {
        var rows: [Result<WebhookRow, LedgerError>] = []
        var after: [UInt8]?
        repeat {
            let page = try await access.rows(
                Query(.pushes, after: after, limit: Limits.pageEntries.upperBound)
            )
            for item in page.items {
                rows.append(
                    Result { () throws(LedgerError) in
                        try access.decoded { () throws(TableError) in try WebhookRow(item) }
                    }
                )
            }
            after = page.next
        } while after != nil
        return rows
    }
}
