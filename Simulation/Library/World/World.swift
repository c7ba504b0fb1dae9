import LedgerTesting

/// One simulated history: virtual time, the only thread, and the only randomness.
///
/// Everything that happens, happens in ``run(steps:)``: a job of some task, drawn from those that
/// are ready, or, when none is, the next entry of the agenda, to whose moment time then leaps.
///
/// `@unchecked Sendable`: used by one thread at a time.
final class World: TaskExecutor, @unchecked Sendable {
    /// Milliseconds since the history began.
    ///
    /// True time: every process's clock is off by something.
    private(set) var now: Int64 = 0
    var random: SeededGenerator
    let trace: Trace
    private var ready: [UnownedJob] = []
    private var agenda = Agenda()
    private(set) var running = 0

    init(seed: UInt64, trace: Trace) {
        random = SeededGenerator(seed: seed)
        self.trace = trace
    }

    /// Takes a job of one of the history's tasks.
    func enqueue(_ job: consuming ExecutorJob) {
        ready.append(UnownedJob(job))
    }

    /// Starts a task of the history.
    func spawn(_ body: @escaping @Sendable () async -> Void) {
        running += 1
        Task(executorPreference: self) {
            await body()
            self.running -= 1
        }
    }

    /// Returns after so much true time.
    func sleep(_ milliseconds: Int64) async {
        await withUnsafeContinuation { agenda.add($0, at: now + max(milliseconds, 0)) }
    }

    /// Runs until every task has ended.
    ///
    /// - Returns: false when some had not after so many steps.
    func run(steps: Int) -> Bool {
        for _ in 0..<steps {
            if let job = nextJob() {
                job.runSynchronously(on: asUnownedTaskExecutor())
            } else if running == 0 {
                return true
            } else if let (due, continuation) = agenda.removeFirst() {
                now = max(now, due)
                continuation.resume()
            } else {
                return false
            }
        }
        return false
    }

    private func nextJob() -> UnownedJob? {
        guard !ready.isEmpty else { return nil }
        let index = ready.count == 1 ? 0 : random.index(ready.count)
        ready.swapAt(index, ready.count - 1)
        return ready.removeLast()
    }
}

extension SeededGenerator {
    /// 0 ..< `count`.
    mutating func index(_ count: Int) -> Int {
        Int(next() % UInt64(count))
    }

    /// A number in the range.
    mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// One of them.
    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[index(choices.count)]
    }

    /// A duration between two, milliseconds, such that each order of magnitude is as likely.
    mutating func duration(_ low: Int64, _ high: Int64) -> Int64 {
        var top = low
        var steps = 0
        while top < high {
            top *= 2
            steps += 1
        }
        let scale = low << Int64(index(max(steps, 1)))
        return min(number(scale...(scale * 2)), high)
    }
}
