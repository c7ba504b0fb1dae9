package import LedgerCore
import Logging
import Synchronization

/// Who sends, and when.
extension Webhooks {
    /// A webhook that may be sent something now.
    private struct Due: Sendable {
        let name: SubscriptionName
        let incarnation: SubscriptionIncarnation
    }

    /// Runs in a row that begin anew because something was changed.
    private static let freshStarts = 3

    // MARK: In a server

    /// Sends to every webhook that may be sent something, until the task is cancelled; then gives
    /// back what is held.
    ///
    /// A loop of its own for each of them goes on while its endpoint is active. Which there are is
    /// looked at every ``Limits/webhookLook``.
    func run() async {
        guard access.configuration.webhookSender != nil else { return }
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled, !signals.isEnding {
                for webhook in await due(of: nil) ?? [] {
                    let isNew = served.withLock { $0.insert(webhook.incarnation).inserted }
                    guard isNew else { continue }
                    group.addTask { [self] in
                        await serve(webhook.name)
                        served.withLock { _ = $0.remove(webhook.incarnation) }
                    }
                }
                await pause(Limits.webhookLook)
            }
        }
    }

    /// Sends to one webhook, as long as its endpoint is active.
    private func serve(_ name: SubscriptionName) async {
        let guest = signals.join(name.stream, subscription: name.subscription)
        defer { signals.leave(guest) }
        var known: PushRun.Standing?
        while !Task.isCancelled, !signals.isEnding {
            let pushed = await push(name, from: known, within: nil)
            known = nil
            switch pushed.end {
            case .drained(let due):
                known = pushed.left
                let pause = due.map { $0 - clock.wall() } ?? Limits.webhookLook
                await wait(for: guest, at: pushed.stand, atMost: min(pause, Limits.webhookLook))
            case .failed: await pause(Limits.webhookLook)
            case .blocked, .overdue, .changed: return
            }
        }
    }

    /// Waits for events beyond a stand.
    private func wait(
        for guest: AppendSignals.Guest,
        at stand: AppendSignals.Stand?,
        atMost length: Duration
    ) async {
        // A timer of which this process heard late is not over at its end.
        let length = max(length, Limits.webhookShortestPause)
        guard let stand else { return await pause(length) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in _ = await signals.wait(guest, at: stand) }
            group.addTask { [self] in await pause(length) }
            await group.next()
            group.cancelAll()
        }
    }

    private func pause(_ length: Duration) async {
        _ = await result { () throws(CancellationError) in try await clock.sleep(for: length) }
    }

    // MARK: In a function

    /// Sends what is due, until nothing is left or the time is over; then gives back what it holds.
    ///
    /// What waits for a timer, of an event or of a probe, is not due.
    ///
    /// - Parameters:
    ///   - streams: The streams whose webhooks are served; nil: all.
    ///   - budget: The time within which it returns, requests under way included.
    /// - Returns: True if work was left, so that it is to be called again at once.
    package func runDue(of streams: [StreamID]?, within budget: Duration) async -> Bool {
        guard access.configuration.webhookSender != nil, let due = await due(of: streams) else {
            return false
        }
        let time = PushBudget(from: clock.instant(), of: budget)
        let unfinished = Mutex(0)
        let begun = await inParallel(
            due,
            atOnce: Limits.webhooksAtOnce,
            until: { [clock] in time.isOver(at: clock.instant()) }
        ) { [self] webhook in
            guard await push(webhook.name, from: nil, within: time).end == .overdue else { return }
            unfinished.withLock { $0 += 1 }
        }
        return begun < due.count || unfinished.withLock { $0 > 0 }
    }

    // MARK: One webhook

    /// How sending to one webhook has ended.
    private struct Pushed {
        let end: PushPlan.End
        /// The webhook as it was then; nil: there was none.
        var left: PushRun.Standing?
        /// How far its events were read.
        var stand: AppendSignals.Stand?
    }

    /// Sends what is due to one webhook, which may be known from a run before.
    private func push(
        _ name: SubscriptionName,
        from known: PushRun.Standing?,
        within budget: PushBudget?
    ) async -> Pushed {
        let budget = budget ?? PushBudget(from: clock.instant(), of: nil)
        var known = known
        for _ in 1...Self.freshStarts {
            do throws(LedgerError) {
                let standing = if let known { known } else { try await standing(of: name) }
                let run = PushRun(of: name, from: standing, by: self)
                let (end, left) = await run.run(within: budget)
                if case .drained = end { complaints.withLock { $0[name] = nil } }
                guard end == .changed, !Task.isCancelled else {
                    return Pushed(end: end, left: left, stand: run.stand)
                }
                known = nil
            } catch .streamNotFound, .subscriptionNotFound, .webhookNotFound {
                return Pushed(end: .blocked)
            } catch {
                log(error, of: name)
                return Pushed(end: .failed)
            }
        }
        return Pushed(end: .changed)
    }

    private func standing(of name: SubscriptionName) async throws(LedgerError) -> PushRun.Standing {
        let (subscription, row) = try await standing(of: name.subscription, in: name.stream)
        guard let webhook = subscription.webhook else { throw .webhookNotFound(name.subscription) }
        return PushRun.Standing(subscription, to: webhook, health: row)
    }

    /// The webhooks that may be sent something now; nil: they could not be read.
    private func due(of streams: [StreamID]?) async -> [Due]? {
        do throws(LedgerError) {
            let rows = healthy(of: try await subscriptions.webhookHealth())
            count(rows)
            let now = clock.instant()
            let open = rows.filter { row in
                row.permission { subscriptions.timers.isOver($0, at: now) } != .nothing
            }
            let names = try await names(of: open)
            return open.compactMap { row in
                guard let name = names[row.subscription],
                    streams?.contains(name.stream) ?? true
                else { return nil }
                return Due(name: name, incarnation: row.subscription)
            }
        } catch {
            access.logger.error("webhooks can't be read", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// The rows that can be read: a damaged one keeps no other webhook from being sent to.
    private func healthy(of rows: [Result<WebhookRow, LedgerError>]) -> [WebhookRow] {
        var healthy: [WebhookRow] = []
        var damage: Set<String> = []
        for row in rows {
            switch row {
            case .success(let row): healthy.append(row)
            case .failure(let error): damage.insert("\(error)")
            }
        }
        let fresh = self.damage.withLock { known in
            defer { known = damage }
            return damage.subtracting(known)
        }
        for error in fresh.sorted() {
            access.logger.error("a webhook's row can't be read", metadata: ["error": "\(error)"])
        }
        return healthy
    }

    /// The names of subscriptions, of which a webhook's row has only the incarnations.
    private func names(
        of rows: [WebhookRow]
    ) async throws(LedgerError) -> [SubscriptionIncarnation: SubscriptionName] {
        let known = names.withLock { $0 }
        let unknown = Set(rows.filter { known[$0.subscription] == nil }.map(\.stream))
        guard !unknown.isEmpty else { return known }
        var found = known
        for stream in try await streams.rows(of: unknown).values {
            var after: [UInt8]?
            repeat {
                let page = try await subscriptions.list(
                    of: stream.id,
                    limit: Limits.pageEntries.upperBound,
                    after: after
                )
                for subscription in page.subscriptions where subscription.webhook != nil {
                    found[subscription.incarnation] = SubscriptionName(
                        subscription.id,
                        of: stream.id
                    )
                }
                after = page.next
            } while after != nil
        }
        // Those of subscriptions that are gone are forgotten.
        let present = Set(rows.map(\.subscription))
        let kept = found.filter { present.contains($0.key) }
        names.withLock { $0 = kept }
        return kept
    }

    // MARK: The log

    /// Tells the operator of the state that an endpoint is in now.
    func log(_ kind: WebhookHealth.Kind, of name: SubscriptionName) {
        let metadata = Self.metadata(name.subscription, name.stream)
        switch kind {
        case .failing: access.logger.warning("a webhook's endpoint fails", metadata: metadata)
        case .disabled: access.logger.error("a webhook is disabled", metadata: metadata)
        case .active: access.logger.info("a webhook is active", metadata: metadata)
        case .pending: break
        }
    }

    /// Tells the operator of an error, for which a webhook is sent nothing at present, once.
    func log(_ error: LedgerError, of name: SubscriptionName) {
        let text = "\(error)"
        guard complaints.withLock({ $0.updateValue(text, forKey: name) }) != text else { return }
        var metadata = Self.metadata(name.subscription, name.stream)
        metadata["error"] = "\(text)"
        access.logger.error(
            "a webhook's events can't be read; it is tried again",
            metadata: metadata
        )
    }

    static func metadata(_ id: SubscriptionID, _ stream: StreamID) -> Logger.Metadata {
        ["stream": "\(stream)", "subscription": "\(id)"]
    }
}
