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

    /// Whether there is such an order.
    package static func exists(for calls: [LogCall]) -> Bool {
        var search = Linearization(calls)
        return search.goOn([], [])
    }

    private mutating func goOn(_ taken: Set<Int>, _ log: [Int]) -> Bool {
        let left = calls.indices.filter { !taken.contains($0) }
        if left.allSatisfy({ calls[$0].mayBeMissing }) { return true }
        guard tried.insert(Attempt(taken: taken, log: log)).inserted else { return false }
        let firstAnswer = left.map { calls[$0].answered }.min() ?? .max
        for index in left where calls[index].called < firstAnswer {
            guard let next = calls[index].applied(to: log) else { continue }
            if goOn(taken.union([index]), next) { return true }
        }
        return false
    }
}
