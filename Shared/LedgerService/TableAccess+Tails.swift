import LedgerCore

/// The ends of partitions: one way to read them, and what may be believed of them.
extension TableAccess {
    /// The shell of ``TailPlan``: the last log row of one partition and, read after it, its progress.
    ///
    /// Without `alwaysProgress` that is not read where the log alone says how it ends.
    // Not inlined: an async shell that is compiled into each of its callers brings all its plan's
    // states along, at each of its suspensions; a few of them made a package 2 % larger.
    @inline(never)
    func readTail(
        of partition: Partition,
        in stream: StreamIncarnation,
        alwaysProgress: Bool = true
    ) async throws(TableError) -> TailReading {
        var plan = TailPlan(
            of: partition,
            in: stream,
            alwaysWantsProgress: alwaysProgress,
            rules: configuration.rules
        )
        var action = plan.start()
        while true {
            switch action {
            case .query(let query):
                let newest = try await table.query(query).items.first
                action = try plan.receive(newest: newest, now: clock.wall())
            case .get(let key): action = try plan.receive(progress: try await table.get(key))
            case .finish(let reading): return reading
            }
        }
    }

    /// Reads the end of a partition, with its progress.
    func tail(
        of partition: Partition,
        in stream: StreamRow
    ) async throws(LedgerError) -> TailReading {
        do throws(TableError) {
            return try await readTail(of: partition, in: stream.incarnation)
        } catch {
            throw LedgerError(error, in: stream.id)
        }
    }

    /// A partition's end, as far as it can be seen.
    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    func end(
        of partition: Partition,
        in stream: StreamRow
    ) async throws(LedgerError) -> PartitionEnd {
        let reading = try await tail(of: partition, in: stream)
        let (now, trust) = (clock.wall(), trust(in: stream))
        return try unlessRefused { () throws(Refusal) in
            try PartitionEnd(reading, of: stream.id, at: now, trust: trust)
        }
    }

    // MARK: Rules of a stream

    /// When the ends of a stream's logs may be believed.
    func trust(in stream: StreamRow) -> TailTrust {
        TailTrust(
            created: stream.created,
            onlySweepDeletes: !table.deletesLogByItself,
            rules: configuration.rules
        )
    }

    /// The chunks of a stream that have expired at `now`.
    func expiration(of stream: StreamRow, at now: Timestamp) -> Expiration {
        Expiration(of: stream, at: now, rules: configuration.rules)
    }
}
