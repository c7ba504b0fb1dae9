import LedgerCore
import Synchronization

/// The shell of ``PageSharing``: the pages of a process's event streams, each read and encoded once
/// for all that read alike.
///
/// A read has a task of its own: none of those who wait for it is needed for it to go on, and it is
/// cancelled when the last of them is gone.
final class SharedPages: Sendable {
    /// What became of a reader's wait for a page.
    enum Outcome: Sendable {
        case page(StreamedPage)
        case failed(LedgerError)
        /// The reader's task was cancelled meanwhile.
        case cancelled
    }

    private struct State {
        var sharing = PageSharing()
        /// The readers that wait.
        var waiters: [PageSharing.ReaderID: CheckedContinuation<Outcome, Never>] = [:]
        var tasks: [PageSharing.ReadID: Task<Void, Never>] = [:]
    }

    private let state = Mutex(State())
    private let clock: BelievedClock
    private let executor: (any TaskExecutor)?

    /// Pages that are read on `executor`; nil: on Swift's shared threads.
    init(by clock: BelievedClock, executor: (any TaskExecutor)?) {
        self.clock = clock
        self.executor = executor
    }

    /// The number of readers that wait for a page.
    var waiting: Int { state.withLock { $0.waiters.count } }

    func join(_ question: PageQuestion) -> PageSharing.ReaderID {
        state.withLock { $0.sharing.join(question) }
    }

    func leave(_ reader: PageSharing.ReaderID) {
        state.withLock { $0.sharing.leave(reader) }
    }

    /// The page behind `cursor`: one that is kept, or what `read` or an equal reader's read finds.
    ///
    /// - Parameters:
    ///   - reader: The one who asks.
    ///   - cursor: The place that it has reached.
    ///   - isOpening: True at a stream's beginning, which waits for no events.
    ///   - read: Reads a page as this reader would by itself.
    /// - Returns: The page, or why there is none.
    func page(
        for reader: PageSharing.ReaderID,
        behind cursor: String,
        isOpening: Bool,
        read: @escaping Call.Read
    ) async -> Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known = enter(
                    reader,
                    behind: cursor,
                    isOpening: isOpening,
                    waking: continuation,
                    read: read
                )
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            stop(reader)
        }
    }

    /// Begins a reader's wait, and the read that it waits for unless that is under way.
    ///
    /// - Returns: The outcome that is known already; nil: there is a wait.
    private func enter(
        _ reader: PageSharing.ReaderID,
        behind cursor: String,
        isOpening: Bool,
        waking continuation: CheckedContinuation<Outcome, Never>,
        read: @escaping Call.Read
    ) -> Outcome? {
        let now = clock.instant()
        return state.withLock { state in
            // Whoever cancels it later finds it among those who wait.
            guard !Task.isCancelled else { return .cancelled }
            let action = state.sharing.ask(
                reader,
                behind: cursor,
                isOpening: isOpening,
                now: now
            )
            switch action {
            case .take(let page): return .page(page)
            case .wait: break
            case .read(let id):
                let wait = isOpening ? .zero : Limits.eventStreamPause
                state.tasks[id] = Task(executorPreference: executor) { [self] in
                    let found = await result { () throws(LedgerError) in
                        StreamedPage(try await read(cursor, wait))
                    }
                    finish(id, with: found)
                }
            }
            state.waiters[reader] = continuation
            return nil
        }
    }

    private func finish(_ read: PageSharing.ReadID, with found: Result<StreamedPage, LedgerError>) {
        let (page, outcome): (StreamedPage?, Outcome) =
            switch found {
            case .success(let page): (page, .page(page))
            case .failure(let error): (nil, .failed(error))
            }
        let now = clock.instant()
        let waiters = state.withLock { state in
            state.tasks[read] = nil
            return state.sharing.finish(read, with: page, now: now)
                .compactMap { state.waiters.removeValue(forKey: $0) }
        }
        for waiter in waiters { waiter.resume(returning: outcome) }
    }

    private func stop(_ reader: PageSharing.ReaderID) {
        let (waiter, task) = state.withLock { state in
            let unwanted = state.sharing.stop(reader)
            return (
                state.waiters.removeValue(forKey: reader),
                unwanted.flatMap { state.tasks.removeValue(forKey: $0) }
            )
        }
        waiter?.resume(returning: .cancelled)
        task?.cancel()
    }
}

/// The way of one event stream to its pages: by itself, or with all that read alike.
final class PageSource: Sendable {
    private let pages: SharedPages
    private let read: Call.Read
    /// Nil: it shares with nobody.
    private let reader: PageSharing.ReaderID?

    /// The pages that `read` finds, shared with those that have the same `question`; nil: with nobody.
    init(_ question: PageQuestion?, from pages: SharedPages, read: @escaping Call.Read) {
        self.pages = pages
        self.read = read
        reader = question.map { pages.join($0) }
    }

    deinit {
        if let reader { pages.leave(reader) }
    }

    /// The page at which a stream begins: behind a cursor, nil being where its call says.
    ///
    /// It waits for no events.
    func first(from cursor: String?) async throws(LedgerError) -> StreamedPage {
        if let cursor, let page = try await shared(behind: cursor, isOpening: true) { return page }
        return StreamedPage(try await read(cursor, .zero))
    }

    /// The next page behind a cursor; nil when the task is cancelled.
    ///
    /// It waits for events, at most ``Limits/eventStreamPause``.
    func next(behind cursor: String) async throws(LedgerError) -> StreamedPage? {
        guard reader != nil else {
            return StreamedPage(try await read(cursor, Limits.eventStreamPause))
        }
        return try await shared(behind: cursor, isOpening: false)
    }

    /// Nil where nothing is shared, or the task is cancelled.
    private func shared(
        behind cursor: String,
        isOpening: Bool
    ) async throws(LedgerError) -> StreamedPage? {
        guard let reader else { return nil }
        let outcome = await pages.page(
            for: reader,
            behind: cursor,
            isOpening: isOpening,
            read: read
        )
        switch outcome {
        case .page(let page): return page
        case .failed(let error): throw error
        case .cancelled: return nil
        }
    }
}
