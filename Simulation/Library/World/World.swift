import LedgerCore
import LedgerTesting

/// One simulated history: virtual time, the only thread, and the only randomness.
///
/// Everything that happens, happens in ``run(steps:)``: a job of some task, drawn from those that
/// are ready, or, when none is, the next entry of the queue, to whose moment time then leaps.
///
/// `@unchecked Sendable`, here and wherever a type of the simulation refers to this: the tasks of a history
/// run in ``run(steps:)`` alone, so its objects are used by one thread at a time.
final class World: TaskExecutor, @unchecked Sendable {
    /// The time since the history began, whole milliseconds.
    ///
    /// True time: every process's clock is off by something.
    private(set) var now: Duration = .zero
    var random: SeededGenerator
    let trace: Trace
    private var ready: [UnownedJob] = []
    private var queue = EventQueue()
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
    func sleep(_ length: Duration) async {
        await withUnsafeContinuation { queue.add($0, at: now + max(length, .zero)) }
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
            } else if let (due, continuation) = queue.removeFirst() {
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
    /// A number from 0 up to, but not, `count`.
    mutating func index(_ count: Int) -> Int {
        Int(next() % UInt64(count))
    }

    /// A number in the range.
    mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// One of the choices, each as likely as the others.
    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[index(choices.count)]
    }

    /// A whole number of milliseconds in the range.
    mutating func duration(in range: ClosedRange<Duration>) -> Duration {
        let bounds = range.lowerBound.wholeMilliseconds...range.upperBound.wholeMilliseconds
        return .milliseconds(number(bounds))
    }

    /// A time between two, such that each order of magnitude is as likely.
    mutating func duration(from least: Duration, to most: Duration) -> Duration {
        let (low, high) = (least.wholeMilliseconds, most.wholeMilliseconds)
        var top = low
        var steps = 0
        while top < high {
            top *= 2
            steps += 1
        }
        let scale = low << Int64(index(max(steps, 1)))
        return .milliseconds(min(number(scale...(scale * 2)), high))
    }
}

/// The steps of a history: as text for a person, and as a fingerprint for comparing.
///
/// `@unchecked Sendable`: see ``World``.
final class Trace: @unchecked Sendable {
    private let prints: Bool
    /// The FNV-1a hash of time, process and code of all steps.
    private(set) var fingerprint: UInt64 = 0xcbf2_9ce4_8422_2325

    init(prints: Bool) {
        self.prints = prints
    }

    /// Notes a step; `line` is only put together when someone reads it.
    func note(
        _ line: @autoclosure () -> String,
        at now: Duration,
        process: Int,
        code: Int
    ) {
        let now = now.wholeMilliseconds
        for value in [now, Int64(process), Int64(code)] { mix(UInt64(bitPattern: value)) }
        if prints { print("\(Self.time(now)) process \(process): \(line())") }
    }

    private func mix(_ value: UInt64) {
        fingerprint = (fingerprint ^ value) &* 0x100_0000_01b3
    }

    private static func time(_ now: Int64) -> String {
        let seconds = now / 1000
        let text = "\(seconds / 86_400)d \(seconds / 3600 % 24)h \(seconds / 60 % 60)m "
        return text + "\(seconds % 60).\(1000 + now % 1000)s".replacingFirst(".1", by: ".")
    }
}

extension String {
    fileprivate func replacingFirst(_ pattern: String, by text: String) -> String {
        guard let range = firstRange(of: pattern) else { return self }
        return self[..<range.lowerBound] + text + self[range.upperBound...]
    }
}
