/// One call on one partition's log, as its caller saw it.
package struct LogCall: Hashable, Sendable {
    /// The operation, and what it answered.
    package enum Kind: Hashable, Sendable {
        /// An append of values, at the offset `expecting` or, where that is nil, wherever.
        case append([Int], expecting: Int?, AppendAnswer)
        /// A read from an offset: the values, and true for `caughtUp` when nothing was left.
        case read(from: Int, [Int], caughtUp: Bool)
        /// A question for the next offset.
        case tail(Int)
    }

    /// The answer to an append.
    package enum AppendAnswer: Hashable, Sendable {
        /// Stored, the first value at this offset.
        case stored(at: Int)
        /// Not stored: the next offset is this one, not the expected.
        case conflict(actual: Int)
        /// Certainly not stored, now or later.
        case refused
        /// Stored or not, now or at any later time.
        case unknown
    }

    package let kind: Kind
    /// The place of the call in the order of all calls and answers.
    package let called: Int
    /// The place of its answer in that order; `Int.max` for an append whose end is open.
    package let answered: Int

    /// A call that was answered, or whose answer was awaited in vain.
    package init(_ kind: Kind, called: Int, answered: Int) {
        self.kind = kind
        self.called = called
        if case .append(_, _, .unknown) = kind {
            self.answered = .max
        } else {
            self.answered = answered
        }
    }

    /// The log after this call; nil when it can't have answered so with `log` before it.
    func applied(to log: [Int]) -> [Int]? {
        switch kind {
        case .append(let values, let expected, .stored(let offset)):
            let fits = offset == log.count && (expected ?? offset) == offset
            return fits ? log + values : nil
        case .append(_, let expected, .conflict(let actual)):
            return actual == log.count && expected != actual ? log : nil
        case .append(_, _, .refused): return log
        case .append(let values, let expected, .unknown):
            return (expected ?? log.count) == log.count ? log + values : nil
        case .read(let from, let values, let caughtUp):
            let end = from + values.count
            guard from <= log.count, end <= log.count, Array(log[from..<end]) == values,
                !caughtUp || end == log.count
            else { return nil }
            return log
        case .tail(let next): return next == log.count ? log : nil
        }
    }

    /// True when a history is whole without it: nobody knows that it took place.
    var mayBeMissing: Bool {
        switch kind {
        case .append(_, _, .refused), .append(_, _, .unknown): true
        default: false
        }
    }
}

/// Looks for an order of calls, one after another, that explains all answers and in which no call
/// comes before one that was answered before it began (Wing and Gong, with Lowe's memory of what was
/// tried).
package struct Linearization {
    private let calls: [LogCall]
    private var tried: Set<Attempt> = []

    private struct Attempt: Hashable {
        let taken: Set<Int>
        let log: [Int]
    }

    private init(_ calls: [LogCall]) {
        self.calls = calls.sorted { $0.called < $1.called }
    }

    /// True when there is such an order.
    package static func exists(for calls: [LogCall]) -> Bool {
        var search = Linearization(calls)
        return search.goOn(taken: [], log: [])
    }

    private mutating func goOn(taken: Set<Int>, log: [Int]) -> Bool {
        let left = calls.indices.filter { !taken.contains($0) }
        if left.allSatisfy({ calls[$0].mayBeMissing }) { return true }
        guard tried.insert(Attempt(taken: taken, log: log)).inserted else { return false }
        let firstAnswer = left.map { calls[$0].answered }.min() ?? .max
        for index in left where calls[index].called < firstAnswer {
            guard let next = calls[index].applied(to: log) else { continue }
            if goOn(taken: taken.union([index]), log: next) { return true }
        }
        return false
    }
}
