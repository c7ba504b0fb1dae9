import LedgerCore

/// Waiting for events.
extension Reads {
    /// Answers every waiting call with what it has, and any later one without waiting: for a process
    /// that stops.
    func endWaiting() { signals.end() }

    /// True after ``endWaiting()``: a call that would wait does not.
    var isEnding: Bool { signals.isEnding }

    /// The shell of ``WaitPlan``: goes on with a call whose first page was read, until its last page is
    /// the answer.
    ///
    /// - Parameters:
    ///   - plan: The plan of the call.
    ///   - guest: The call, which joined before its first look.
    ///   - isIdle: True if the first page was idle.
    ///   - stand: How far the last page has read.
    ///   - look: Looks at the ground anew.
    ///   - read: Reads a page, anew or else behind the last one; true if it was idle.
    /// - Throws: ``LedgerError/streamNotFound(_:)`` when the stream is another one now, or what `look`
    ///   or `read` throw.
    func wait(
        _ plan: consuming WaitPlan,
        for guest: AppendSignals.Guest,
        isIdle: Bool,
        stand: () -> AppendSignals.Stand,
        look: () async throws(LedgerError) -> WaitPlan.Ground,
        read: (_ isAnew: Bool) async throws(LedgerError) -> Bool
    ) async throws(LedgerError) {
        var action = plan.receive(isIdle: isIdle, now: clock.instant())
        while true {
            switch action {
            case .wait(let length):
                let news = await news(for: guest, beyond: stand(), atMost: length)
                action = plan.receive(news, isCancelled: Task.isCancelled)
            case .look: action = plan.receive(try await look())
            case .readAnew, .readOn:
                let isIdle = try await read(action == .readAnew)
                action = plan.receive(isIdle: isIdle, now: clock.instant())
            case .finish: return
            case .fail(let refusal): throw LedgerError(refusal)
            }
        }
    }

    /// Waits for `guest` until there is something beyond `stand`, or `length` is over.
    ///
    /// What this process appends is known at once. Where others append too, one task looks for all
    /// who wait for the same stream.
    func news(
        for guest: AppendSignals.Guest,
        beyond stand: AppendSignals.Stand,
        atMost length: Duration
    ) async -> WaitPlan.News {
        guard length > .zero else { return .nothing }
        if !access.configuration.seesAllAppends, let looker = signals.startsLooking(guest.stream) {
            Task(executorPreference: access.configuration.executor) {
                await self.look(at: guest.stream, as: looker)
            }
        }
        let news = await withTaskGroup(of: AppendSignals.News.self) { group in
            group.addTask { [self] in await signals.wait(guest, at: stand) }
            group.addTask { [self] in
                await sleep(for: length)
                return .nothing
            }
            defer { group.cancelAll() }
            return await group.next() ?? .nothing
        }
        return WaitPlan.News(news)
    }

    private func sleep(for length: Duration) async {
        _ = await result { () throws(CancellationError) in
            try await clock.sleep(for: length)
        }
    }

    // MARK: Others' appends

    /// Subscriptions that one look includes beside the stream; the others have their turn later.
    private static let subscriptionsPerLook = 8

    /// Looks for what other processes append, with growing pauses, while anyone is there to wait.
    private func look(at stream: StreamID, as looker: UInt64) async {
        var pause = min(Lookout.firstPause, access.configuration.longPollPause)
        while signals.isWatched(stream, by: looker) {
            await sleep(for: pause)
            pause = min(pause * 2, access.configuration.longPollPause)
            let count = Self.subscriptionsPerLook
            guard let view = signals.view(of: stream, subscriptions: count) else { continue }
            await look(at: stream, for: view)
        }
    }

    /// The shell of ``Lookout``.
    private func look(at id: StreamID, for view: WaitingRoom.View) async {
        let lookout = Lookout(
            at: id,
            of: view.stream,
            beyond: view.ends,
            subscriptions: view.subscriptions
        )
        let findings = await inParallel(lookout.reads) { [self] read in await access.find(read) }
        for news in lookout.news(in: findings) {
            switch news {
            case .streamChanged: signals.change(id)
            case .subscriptionChanged(let subscription):
                signals.change(id, subscription: subscription)
            case .appended(let partition, let end):
                signals.append(to: partition, of: id, incarnation: view.stream, upTo: end)
            }
        }
    }
}

extension WaitPlan.News {
    fileprivate init(_ news: AppendSignals.News) {
        self =
            switch news {
            case .events: .events
            case .change: .change
            case .nothing: .nothing
            case .end: .end
            }
    }
}
