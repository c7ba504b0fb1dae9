package import LedgerCore

/// Checks everything that is stored against everything else.
package struct LedgerVerifier {
    private let snapshot: any TableSnapshot
    private let heads: KeptHeads
    private var verdict = LedgerVerdict()
    private var findings = Findings()
    private var streams: [StreamRow] = []
    private var jobs: Set<RowOwner> = []
    private var subscriptions: Set<SubscriptionIncarnation> = []

    /// The stream, or the subscription of it, whose rows a deletion job removes.
    private struct RowOwner: Hashable {
        let stream: StreamIncarnation
        let subscription: SubscriptionIncarnation?
    }

    private init(_ snapshot: any TableSnapshot, against heads: KeptHeads) {
        self.snapshot = snapshot
        self.heads = heads
    }

    /// Checks all of `snapshot`; what cannot be read is a finding too.
    ///
    /// - Parameters:
    ///   - snapshot: all rows of a ledger, at one moment.
    ///   - heads: the log's heads as they were kept elsewhere.
    /// - Returns: the verdict on every stream, and findings about what belongs to none.
    package static func run(
        on snapshot: any TableSnapshot,
        against heads: KeptHeads = KeptHeads()
    ) -> LedgerVerdict {
        var verifier = LedgerVerifier(snapshot, against: heads)
        verifier.run()
        verifier.verdict.findings = verifier.findings.reported
        return verifier.verdict
    }

    private mutating func run() {
        readStreams()
        readJobs()
        for stream in streams where stream.state == .active {
            var check = StreamVerifier(stream, in: snapshot, against: heads)
            verdict.streams.append(check.run())
            readSubscriptions(of: stream)
        }
        for id in heads.streams where !verdict.streams.contains(where: { $0.stream == id }) {
            findings.add(
                Finding(stream: id.name, problem: "the stream is gone, heads of it were kept")
            )
        }
        checkOwners()
        checkWebhooks()
    }

    private mutating func readStreams() {
        for item in rows(of: .streams) {
            do throws(TableError) {
                streams.append(try StreamRow(item))
            } catch {
                findings.add(
                    Finding(problem: "a stream's description is damaged: \(error.message)")
                )
            }
        }
    }

    private mutating func readJobs() {
        for item in rows(of: .deletions) {
            do throws(TableError) {
                let job = try DeletionJob(item)
                jobs.insert(RowOwner(stream: job.stream, subscription: job.subscription))
            } catch {
                findings.add(Finding(problem: "a deletion job is damaged: \(error.message)"))
            }
        }
    }

    /// Remembers the subscriptions; a damaged row was reported with the stream.
    private mutating func readSubscriptions(of stream: StreamRow) {
        let group = RowGroup.subscriptions(stream.incarnation)
        for item in (try? snapshot.rows(of: group) { _ in }) ?? [] {
            guard let row = try? SubscriptionRow(item) else { continue }
            subscriptions.insert(row.incarnation)
        }
    }

    private mutating func rows(of group: RowGroup) -> [Item] {
        var damaged = 0
        defer {
            if damaged > 0 {
                findings.add(
                    Finding(problem: "\(damaged) rows of \(group.partitionKey) cannot be decoded")
                )
            }
        }
        do throws(TableError) {
            return try snapshot.rows(of: group) { _ in damaged += 1 }
        } catch {
            findings.add(Finding(problem: "\(group.partitionKey) cannot be read: \(error.message)"))
            return []
        }
    }

    /// Every row belongs to a stream that exists, or to one whose deletion is not finished.
    private mutating func checkOwners() {
        let keys: [String]
        do throws(TableError) {
            keys = try snapshot.partitionKeys()
        } catch {
            return findings.add(Finding(problem: "the rows cannot be listed: \(error.message)"))
        }
        let known = Dictionary(uniqueKeysWithValues: streams.map { ($0.incarnation, $0) })
        for key in keys {
            guard let group = RowGroup(partitionKey: key) else {
                findings.add(Finding(problem: "there are rows of no known kind: \(key.prefix(80))"))
                continue
            }
            guard let owner = group.stream else { continue }
            let isDeleted = jobs.contains(RowOwner(stream: owner, subscription: nil))
            if let stream = known[owner] {
                check(group, of: stream)
            } else if !isDeleted {
                let problem = "rows are left of a stream that is gone: \(key)"
                findings.add(Finding(stream: owner.hex, problem: problem))
            }
        }
    }

    /// A group of a stream that exists is one of its partitions' or subscriptions'.
    private mutating func check(_ group: RowGroup, of stream: StreamRow) {
        switch group {
        case .log(_, let partition), .latest(_, let partition):
            guard partition.index >= stream.partitionCount else { break }
            let problem = "there are rows of a partition that the stream does not have"
            findings.add(Finding(stream: stream.id.name, partition: partition, problem: problem))
        case .positions(let id, let subscription), .parked(let id, let subscription):
            let isDeleted = jobs.contains(RowOwner(stream: id, subscription: subscription))
            // A commit may come in when its subscription is just gone: that row stays, unused.
            let isKnown = subscriptions.contains(subscription) || stream.state == .deleting
            if !isDeleted, !isKnown { verdict.leftovers += 1 }
        case .streams, .progress, .subscriptions, .pushes, .idempotency, .apiKeys, .deletions,
            .clock, .streamName, .rings, .sweep:
            break
        }
    }

    /// Every state of a webhook is of a subscription that exists, or whose stream is being deleted.
    private mutating func checkWebhooks() {
        let deleted = streams.filter { $0.state == .deleting }.map(\.incarnation)
        for item in rows(of: .pushes) {
            do throws(TableError) {
                let row = try WebhookRow(item)
                let isDeleted =
                    deleted.contains(row.stream)
                    || jobs.contains(RowOwner(stream: row.stream, subscription: nil))
                guard !isDeleted, !subscriptions.contains(row.subscription) else { continue }
                let stream = streams.first { $0.incarnation == row.stream }
                findings.add(
                    Finding(
                        stream: stream?.id.name ?? row.stream.hex,
                        problem: "a webhook's state is left of a subscription that is gone"
                    )
                )
            } catch {
                findings.add(Finding(problem: "a webhook's state is damaged: \(error.message)"))
            }
        }
    }
}
