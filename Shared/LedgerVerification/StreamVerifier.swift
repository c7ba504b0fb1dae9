import LedgerCore

/// Checks one stream that exists: its partitions, then what refers to their offsets.
struct StreamVerifier {
    private let snapshot: any TableSnapshot
    private let stream: StreamRow
    private let heads: KeptHeads
    private var findings = Findings()
    private var partitions: [PartitionVerdict] = []
    private var indexes: [ChunkIndex] = []
    private var watermarks: [Offset] = []

    init(_ stream: StreamRow, in snapshot: any TableSnapshot, against heads: KeptHeads) {
        self.snapshot = snapshot
        self.stream = stream
        self.heads = heads
    }

    mutating func run() -> StreamVerdict {
        for progress in readProgress() { checkPartition(progress) }
        checkSubscriptions()
        checkIdempotency()
        for partition in heads.partitions(of: stream.id)
        where partition.index >= stream.partitionCount {
            report("the stream has no such partition, a head of it was kept", in: partition)
        }
        var verdict = StreamVerdict(stream: stream.id)
        verdict.partitions = partitions
        verdict.findings = findings.reported
        return verdict
    }

    /// The progress of every partition, in order; those without a row were never folded.
    private mutating func readProgress() -> [ProgressRow] {
        var found: [Partition: ProgressRow] = [:]
        findings += forEach(of: .progress(stream.incarnation)) { (item) throws(TableError) in
            let progress = try ProgressRow(item)
            found[progress.partition] = progress
        }
        for partition in found.keys where partition.index >= stream.partitionCount {
            report("there is progress of a partition that the stream does not have", in: partition)
        }
        return stream.partitions.map {
            found[$0] ?? ProgressRow(stream: stream.incarnation, partition: $0)
        }
    }

    private mutating func checkPartition(_ progress: ProgressRow) {
        let partition = progress.partition
        var walk = LogWalk(
            stream: stream,
            progress: progress,
            heads: heads.heads(of: partition, in: stream.id)
        )
        var unreadable: TableError?
        do throws(TableError) {
            try snapshot.forEachRow(of: .log(stream.incarnation, partition)) { walk.take($0) }
        } catch {
            unreadable = error
        }
        walk.finish()
        var verdict = walk.verdict
        verdict.findings = walk.findings.reported
        if let unreadable { verdict.findings.append(cannotRead(partition, because: unreadable)) }
        let state = checkState(after: walk, verdict: verdict, progress: progress)
        verdict.state = state.state
        verdict.findings += state.findings
        partitions.append(verdict)
        indexes.append(walk.index)
        watermarks.append(progress.foldedTail.next)
    }

    private func checkState(
        after walk: LogWalk,
        verdict: PartitionVerdict,
        progress: ProgressRow
    ) -> (state: PartitionVerdict.State, findings: [Finding]) {
        guard verdict.findings.isEmpty else { return (.unchecked, []) }
        var comparison = StateComparison(
            stream: stream,
            verdict: verdict,
            fold: walk.fold,
            progress: progress
        )
        do throws(TableError) {
            let group = RowGroup.latest(stream.incarnation, verdict.partition)
            try snapshot.forEachRow(of: group) { comparison.take($0) }
        } catch {
            return (.unchecked, [cannotRead(verdict.partition, because: error)])
        }
        let state = comparison.finish()
        return (stream.compaction ? state : .none, comparison.findings.reported)
    }

    private func cannotRead(_ partition: Partition, because error: TableError) -> Finding {
        Finding(
            stream: stream.id.name,
            partition: partition,
            problem: "cannot be read to the end: \(error.message)"
        )
    }

    // MARK: Subscriptions

    private mutating func checkSubscriptions() {
        var subscriptions: [SubscriptionRow] = []
        findings += forEach(of: .subscriptions(stream.incarnation)) { (item) throws(TableError) in
            subscriptions.append(try SubscriptionRow(item))
        }
        for subscription in subscriptions { check(subscription) }
    }

    private mutating func check(_ subscription: SubscriptionRow) {
        if subscription.positions.count != stream.partitionCount {
            let count = subscription.positions.count
            report("subscription \(subscription.id) has \(count) positions")
        }
        for (partition, position) in zip(stream.partitions, subscription.positions) {
            check(position, in: partition, of: subscription)
        }
        let group = RowGroup.positions(
            stream.incarnation,
            subscription: subscription.incarnation
        )
        var rows: [(partition: Partition, epoch: Int64, position: Position)] = []
        findings += forEach(of: group) { (item) throws(TableError) in
            guard case .position(_, _, let partition) = item.key else {
                _ = try MemberRow(item)
                return
            }
            guard !DeliveryRow.isMeant(by: item) else {
                let row = try DeliveryRow(item)
                return rows.append((partition, row.epoch, .log(row.scanned)))
            }
            let row = try PositionRow(item)
            rows.append((partition, row.epoch, row.position))
        }
        for row in rows {
            check(row.position, in: row.partition, of: subscription)
            guard row.epoch > subscription.epoch else { continue }
            report("a commit of \(subscription.id) is of a later seek", in: row.partition)
        }
        checkParked(of: subscription)
    }

    /// Every parked event must be readable: nobody else has those that left the log.
    private mutating func checkParked(of subscription: SubscriptionRow) {
        let group = RowGroup.parked(stream.incarnation, subscription: subscription.incarnation)
        var found = Findings()
        findings += forEach(of: group) { (item) throws(TableError) in
            guard case .parked(_, _, let partition, let offset) = item.key else { return }
            guard let problem = problem(ofParked: item) else { return }
            let place = Finding(
                stream: stream.id.name,
                partition: partition,
                offset: offset,
                problem: "a parked event of subscription \(subscription.id) is damaged: \(problem)"
            )
            found.add(place)
        }
        findings += found
    }

    private func problem(ofParked item: Item) -> String? {
        do throws(TableError) {
            guard let content = try ParkedRow(item).content else { return nil }
            return (try? Record.decode(content.record)) == nil ? "it can't be decoded" : nil
        } catch {
            return error.message
        }
    }

    private mutating func check(
        _ position: Position,
        in partition: Partition,
        of subscription: SubscriptionRow
    ) {
        guard partition.index < partitions.count else {
            return report("\(subscription.id) has a position in no partition", in: partition)
        }
        let name = "the position of subscription \(subscription.id)"
        switch position {
        case .log(let offset) where offset > partitions[partition.index].next:
            report("\(name) lies beyond the end of the log", in: partition, at: offset)
        case .snapshot(let watermark, _) where watermark > watermarks[partition.index]:
            report("\(name) lies beyond the compacted state", in: partition, at: watermark)
        case .log, .snapshot: break
        }
    }

    // MARK: Idempotency

    private mutating func checkIdempotency() {
        var found = Findings()
        findings += forEach(of: .idempotency(stream.incarnation)) { (item) throws(TableError) in
            let row = try IdempotencyRow(item)
            guard let problem = problem(of: row) else { return }
            let first = row.stored.first
            let place = Finding(
                stream: stream.id.name,
                partition: row.partition,
                offset: first,
                problem: "an idempotency row \(problem)"
            )
            found.add(place)
        }
        findings += found
    }

    private func problem(of row: IdempotencyRow) -> String? {
        guard row.partition.index < partitions.count else { return "is of no partition" }
        let verdict = partitions[row.partition.index]
        if row.stored.end > verdict.next { return "leads beyond the end of the log" }
        guard row.stored.first >= verdict.earliest, verdict.findings.isEmpty else { return nil }
        let timestamp = indexes[row.partition.index].timestamp(of: row.stored.first)
        return timestamp == row.stored.timestamp ? nil : "has another timestamp than its events"
    }

    // MARK: Support

    /// Reads a group's rows, and returns the findings about those that cannot be read.
    private func forEach(
        of group: RowGroup,
        body: (Item) throws(TableError) -> Void
    ) -> Findings {
        var problems = Findings()
        let name = stream.id.name
        do throws(TableError) {
            try snapshot.forEachRow(of: group) { row in
                do throws(TableError) {
                    guard case .row(let item) = row else {
                        let problem = "a row of \(group.partitionKey) cannot be decoded"
                        return problems.add(Finding(stream: name, problem: problem))
                    }
                    try body(item)
                } catch {
                    problems.add(Finding(stream: name, problem: error.message))
                }
            }
        } catch {
            problems.add(Finding(stream: name, problem: "\(group.partitionKey): \(error.message)"))
        }
        return problems
    }

    private mutating func report(
        _ problem: String,
        in partition: Partition? = nil,
        at offset: Offset? = nil
    ) {
        findings.add(
            Finding(stream: stream.id.name, partition: partition, offset: offset, problem: problem)
        )
    }
}
