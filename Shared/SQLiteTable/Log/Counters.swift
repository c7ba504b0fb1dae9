/// What the threads count.
final class Counters: Sendable {
    struct Values: Sendable {
        var commits = 0
        var requests = 0
        var rows = 0
        var largestCommit = 0
        var checkpointFailures = 0
    }

    private let values = Monitor(Values())

    /// A commit that answered so many requests and changed so many rows.
    func committed(requests: Int, rows: Int) {
        values.withLock {
            $0.commits += 1
            $0.requests += requests
            $0.rows += rows
            $0.largestCommit = max($0.largestCommit, requests)
        }
    }

    func checkpointFailed() {
        values.withLock { $0.checkpointFailures += 1 }
    }

    var current: Values { values.withLock { $0 } }
}
