import LedgerCore
import Logging

/// The shell of ``LagWatch``, and what polls say of lags.
extension Subscriptions {
    /// The lags as they were last read; has them read again if that is a while ago.
    func lagReport() -> LagReport { lags.report(at: clock.uptime(), now: clock.now()) }

    /// Reads lags as often as they are asked for, until the task is cancelled.
    ///
    /// One after another: nobody waits for them, and other calls are not to be held up by many reads at
    /// once.
    func readLags() async {
        while !Task.isCancelled {
            await lags.waitForRound()
            var failures: [(name: SubscriptionName, error: LedgerError)] = []
            while !Task.isCancelled, let name = lags.next(at: clock.uptime()) {
                if let error = await readLag(of: name) { failures.append((name, error)) }
            }
            if let first = failures.first { complain(of: first, and: failures.count - 1) }
        }
    }

    /// Reads one lag; what it could not be read for, if so.
    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    private func readLag(of name: SubscriptionName) async -> LedgerError? {
        do throws(LedgerError) {
            let state = try await unseenState(of: name.subscription, of: name.stream)
            lags.receive(try await describe(state.value), of: name, at: clock.uptime())
            return nil
        } catch .streamNotFound, .subscriptionNotFound {
            lags.forget(name)
            return nil
        } catch {
            return error
        }
    }

    private func complain(of first: (name: SubscriptionName, error: LedgerError), and others: Int) {
        access.logger.warning(
            "lags could not be read; their metrics are of an earlier time, or missing",
            metadata: [
                "stream": "\(first.name.stream)", "subscription": "\(first.name.subscription)",
                "error": "\(first.error)", "others": "\(others)",
            ]
        )
    }

    /// Tells the lag that a page shows where it begins, if anyone wants to know.
    func noteLag(of id: SubscriptionID, before found: SubscriptionPage) {
        guard let noteLag = access.configuration.noteLag else { return }
        let name = SubscriptionName(id, of: found.stream.id)
        guard let lag = SubscriptionLag(of: name, before: found.page, at: clock.now()) else {
            return
        }
        noteLag(lag)
    }
}
