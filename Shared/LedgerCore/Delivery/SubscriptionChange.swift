/// A change of what a subscription delivers, and how.
package struct SubscriptionChange: Hashable, Sendable {
    /// The mode and the policy of a change; what it leaves out stays as it is.
    package struct Delivery: Hashable, Sendable {
        /// True: each event is acknowledged by itself; false: by cursors.
        package var isByEvent: Bool?
        /// A change of the order is refused, except with a change to this mode.
        package var order: DeliveryPolicy.Order?
        package var ackWait: Duration?
        /// Nil inside: no limit.
        package var maxDeliveries: Int??
        package var exhaustion: DeliveryPolicy.Exhaustion?
        package var backoff: [Duration]?
        package var maxOpen: Int?
        package var maxParked: Int?

        /// A change of nothing.
        package init() {}

        /// The policy after the change.
        package func applied(to policy: DeliveryPolicy) -> DeliveryPolicy {
            DeliveryPolicy(
                order: order ?? policy.order,
                ackWait: ackWait ?? policy.ackWait,
                maxDeliveries: maxDeliveries ?? policy.maxDeliveries,
                exhaustion: exhaustion ?? policy.exhaustion,
                backoff: backoff ?? policy.backoff,
                maxOpen: maxOpen ?? policy.maxOpen,
                maxParked: maxParked ?? policy.maxParked
            )
        }

        /// The policy of a new subscription that is delivered so; nil: it has cursors.
        ///
        /// - Parameter isSent: True if it has a webhook.
        /// - Returns: The policy, or nil.
        /// - Throws: ``Refusal/policyConflict(_:)`` when it does not fit its mode, which is that of
        ///   cursors unless another is given, or a webhook asks for it.
        package func ofCreation(isSent: Bool) throws(Refusal) -> DeliveryPolicy? {
            guard isByEvent ?? isSent else {
                guard !isSent else { throw .policyConflict(.webhook) }
                guard !hasPolicy else { throw .policyConflict(.policyOfCursors) }
                return nil
            }
            let policy = applied(to: isSent ? .ofWebhooks : DeliveryPolicy())
            guard policy.isValid else { throw .policyConflict(.holdWithoutOrder) }
            return policy
        }

        /// True when a policy is given, which cursors have none of.
        package var hasPolicy: Bool {
            self != Delivery(isByEvent: isByEvent)
        }

        private init(isByEvent: Bool?) { self.isByEvent = isByEvent }
    }

    /// Nil: it stays; nil inside: all events.
    package var filter: EventFilter??
    /// Nil: it stays.
    package var delivery: Delivery?
    /// Nil: it stays; nil inside: there is none any more.
    package var webhook: WebhookChange??

    /// A change of nothing.
    package init() {}

    /// The subscription after the change, but for its webhook.
    ///
    /// - Throws: ``Refusal/policyConflict(_:)`` when the change does not fit its mode.
    package func applied(
        to state: SubscriptionState,
        salt: DeliverySalt
    ) throws(Refusal) -> SubscriptionRow {
        let changed = try delivering(state, salt: salt)
        let hasWebhook = webhook.map { $0 != nil } ?? (state.subscription.webhook != nil)
        guard changed.delivery != nil || !hasWebhook else { throw .policyConflict(.webhook) }
        return changed
    }

    private func delivering(
        _ state: SubscriptionState,
        salt: DeliverySalt
    ) throws(Refusal) -> SubscriptionRow {
        var changed = state.subscription
        if let filter { changed = changed.filtering(by: filter) }
        guard let delivery else { return changed }
        let former = state.subscription.delivery
        guard delivery.isByEvent ?? (former != nil) else {
            guard !delivery.hasPolicy else { throw .policyConflict(.policyOfCursors) }
            guard former != nil else { return changed }
            return changed.delivering(by: nil).moved(to: state.unfinished)
        }
        let usual: DeliveryPolicy = (webhook ?? nil) == nil ? DeliveryPolicy() : .ofWebhooks
        let policy = delivery.applied(to: former?.policy ?? usual)
        guard former == nil || policy.order == former?.policy.order else {
            throw .policyConflict(.order)
        }
        guard policy.isValid else { throw .policyConflict(.holdWithoutOrder) }
        let kept = SubscriptionRow.Delivery(policy, salt: former?.salt ?? salt)
        guard former == nil else { return changed.delivering(by: kept) }
        guard !state.positions.contains(where: \.isSnapshot) else {
            throw .policyConflict(.bootstrapping)
        }
        return changed.delivering(by: kept).moved(to: state.positions)
    }
}

/// A reason for which a change of a subscription's delivery does not fit it.
package enum PolicyConflict: Hashable, Sendable {
    /// Cursors have no policy.
    case policyOfCursors
    /// The order is settled at the creation.
    case order
    /// A key can be held only where keys are in order.
    case holdWithoutOrder
    /// The subscription is still in the compacted state.
    case bootstrapping
    /// What is sent to a webhook is acknowledged one by one.
    case webhook
}

extension SubscriptionState {
    /// By partition, the position of the first event that is not finished.
    package var unfinished: [Position] {
        zip(positions, deliveries).map { position, row in
            guard let row, row.epoch == subscription.epoch else { return position }
            return .log(row.lowestUnfinished)
        }
    }
}
