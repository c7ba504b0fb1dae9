import Foundation
import LedgerTesting

/// Polls and commits one subscription, forgets now and then what it has not committed, and holds the
/// ledger to where it goes on.
struct Subscriber {
    private let name: String
    private let client: Client
    private let judge: Judge
    private var random: SeededGenerator
    /// By partition: the offset of an acknowledged commit, which never goes back.
    private var committed = Array(repeating: 0, count: Publisher.partitions)
    /// By partition: the furthest that a commit was tried for, acknowledged or not.
    private var tried = Array(repeating: 0, count: Publisher.partitions)
    /// By partition: the next offset of this run of polls; nil: begins anew.
    private var next: [Int?] = Array(repeating: nil, count: Publisher.partitions)
    private var cursor: String?
    private(set) var delivered = 0

    init(_ name: String, client: Client, judge: Judge, random: SeededGenerator) {
        self.name = name
        self.client = client
        self.judge = judge
        self.random = random
    }

    mutating func run(until end: ContinuousClock.Instant) async {
        while ContinuousClock.now < end {
            if random.happens(0.05) { forget() }
            await step(wait: "0.3")
        }
    }

    /// Polls on until nothing is left, in calm.
    mutating func finish() async throws {
        forget()
        let patience = Patience()
        while true {
            try patience.check("\(name) catches up")
            if await step(wait: "0") { return }
        }
    }

    /// What is wrong with where it stopped, once nothing was left.
    ///
    /// A partition that showed it nothing since it began anew was committed to its end before: by an
    /// acknowledged commit, or by one whose end is open.
    func violations(ofEnds ends: [Int]) -> [String] {
        ends.enumerated().compactMap { partition, end in
            let reached = next[partition].map { $0...$0 } ?? committed[partition]...tried[partition]
            guard !reached.contains(end) else { return nil }
            return "\(name) ends at \(reached) of partition \(partition), the log at \(end)"
        }
    }

    private mutating func forget() {
        cursor = nil
        next = Array(repeating: nil, count: Publisher.partitions)
    }

    /// - Returns: true when nothing was left.
    @discardableResult
    private mutating func step(wait: String) async -> Bool {
        let server = Int.random(in: 0..<Cluster.size, using: &random)
        let path = "/streams/s/subscriptions/\(name)"
        let place = cursor.map { "&cursor=\($0)" } ?? ""
        let result = await client.call(
            "GET",
            at: "\(path)/poll?limit=50&wait=\(wait)\(place)",
            to: server
        )
        guard let page = result.body else {
            if case .refused(let status, let body) = result, (400...499).contains(status) {
                judge.violate("\(name): a poll is refused by \(status): \(body)")
            }
            return false
        }
        take(page)
        cursor = page["cursor"] as? String
        if let cursor, random.happens(0.6) { await commit(cursor, at: "\(path)/commit") }
        return page["caught_up"] as? Bool == true && (page["events"] as? [Any])?.isEmpty == true
    }

    private mutating func take(_ page: [String: Any]) {
        for event in Judge.events(page) {
            delivered += 1
            judge.delivered(event, to: name)
            let partition = event.partition
            if let expected = next[partition] {
                if event.offset != expected {
                    judge.violate("\(name): offset \(event.offset) after \(expected - 1)")
                }
            } else if event.offset < committed[partition] {
                judge.violate("\(name) falls back to \(event.offset) of \(committed[partition])")
            } else if event.offset > tried[partition] {
                judge.violate("\(name) begins at \(event.offset), beyond \(tried[partition])")
            }
            next[partition] = event.offset + 1
        }
    }

    private mutating func commit(_ cursor: String, at target: String) async {
        for (partition, end) in next.enumerated() {
            tried[partition] = max(tried[partition], end ?? 0)
        }
        let server = Int.random(in: 0..<Cluster.size, using: &random)
        switch await client.call("POST", at: target, sending: JSONBody.commit(cursor), to: server) {
        case .success:
            for (partition, end) in next.enumerated() {
                committed[partition] = max(committed[partition], end ?? 0)
            }
        case .refused(let status, let body) where (400...499).contains(status):
            judge.violate("\(name): a commit is refused by \(status): \(body)")
        case .refused, .parts, .open: break
        }
    }
}
