import LedgerBytes
import LedgerClient
import LedgerCore
import LedgerVerification

/// A check through the API: every event can be read, in order and without a gap, and kept heads
/// are still the ledger's.
struct RemoteVerification {
    let ledger: RemoteLedger
    let heads: KeptHeads

    /// Checks one stream, or all of the ledger's where `stream` is nil.
    func run(_ stream: StreamID?) async throws(Failure) -> LedgerVerdict {
        var verdict = LedgerVerdict()
        let streams = if let stream { [stream] } else { try await all() }
        for id in streams { verdict.streams.append(try await check(id)) }
        for id in heads.streams where stream == nil && !streams.contains(id) {
            verdict.findings.append(
                Finding(stream: id.name, problem: "the stream is gone, heads of it were kept")
            )
        }
        return verdict
    }

    private func all() async throws(Failure) -> [StreamID] {
        var names: [StreamID] = []
        try await ledger.forEachPage(of: ["streams"]) { _, page in
            let streams = page["streams"]?.elements ?? []
            names += streams.compactMap { StreamID($0.text("stream_id")) }
        }
        return names
    }

    private func check(_ id: StreamID) async throws(Failure) -> StreamVerdict {
        let answer = try await ledger.call("GET", at: ["streams", id.name])
        let stream = try JSONValue.answer(answer)
        var verdict = StreamVerdict(stream: id)
        let described = stream["partitions"]?.elements ?? []
        for (partition, entry) in zip(Partition.all(described.count), described) {
            var check = RemotePartition(partition, of: id, count: described.count, in: ledger)
            try await check.run(from: entry.text("earliest_offset"), heads: heads)
            verdict.partitions.append(check.verdict)
        }
        for partition in heads.partitions(of: id) where partition.index >= described.count {
            verdict.findings.append(
                Finding(
                    stream: id.name,
                    partition: partition,
                    problem: "the stream has no such partition, a head of it was kept"
                )
            )
        }
        return verdict
    }
}

/// The check of one partition through the API.
struct RemotePartition {
    private let ledger: RemoteLedger
    private let stream: StreamID
    private let partition: Partition
    private let count: Int
    private(set) var verdict: PartitionVerdict
    private var timestamp: [UInt8] = []

    init(_ partition: Partition, of stream: StreamID, count: Int, in ledger: RemoteLedger) {
        self.ledger = ledger
        self.stream = stream
        self.partition = partition
        self.count = count
        verdict = PartitionVerdict(partition: partition)
        verdict.chain = .unseen
        verdict.state = .unchecked
    }

    mutating func run(
        from earliest: String,
        heads: KeptHeads
    ) async throws(Failure) {
        let now = try await head(at: nil)
        guard let next = Int64(now.text("next_offset")).flatMap({ Offset($0) }),
            let first = Int64(earliest).flatMap({ Offset($0) }),
            let hash = Digest(hex: now.text("head"))
        else { throw .notALedger }
        verdict.earliest = first
        verdict.next = next
        verdict.head = hash
        do throws(Failure) {
            try await readEvents(from: first, to: next)
        } catch {
            guard case .ledger(.refused(500, _, let message, _)) = error.cause else { throw error }
            report(message, at: nil)
        }
        for kept in heads.heads(of: partition, in: stream) {
            try await compare(kept.head, at: kept.next)
        }
    }

    /// The partition's head as the ledger tells it, now or at an offset.
    private func head(at offset: Offset?) async throws(Failure) -> JSONValue {
        let path = ["streams", stream.name, "partitions", "\(partition.index)", "head"]
        let query = offset.map { [(name: "at", value: "\($0.rawValue)")] } ?? []
        return try JSONValue.answer(try await ledger.call("GET", at: path, query: query))
    }

    private mutating func readEvents(
        from first: Offset,
        to end: Offset
    ) async throws(Failure) {
        var next = first
        while next < end {
            let place = "\(next.rawValue)"
            let page: EventSlicesPage
            do throws(Failure) {
                page = try await ledger.events(of: stream.name, in: partition.index, from: place)
            } catch {
                guard case .ledger(.refused(410, _, _, _)) = error.cause else { throw error }
                try await passExpired(&next)
                continue
            }
            for event in page.events where next < end { take(event, at: &next) }
            if page.events.isEmpty { return report("no event is to be had here", at: next) }
        }
    }

    /// Goes on behind events that expired while they were read: they are not missing.
    private mutating func passExpired(_ next: inout Offset) async throws(Failure) {
        let page = try await ledger.events(
            of: stream.name,
            in: partition.index,
            from: "earliest",
            limit: 1
        )
        guard let earliest = Offset(page.next - Int64(page.events.count)), earliest > next else {
            throw .notALedger
        }
        verdict.earliest = earliest
        verdict.events = 0
        next = earliest
    }

    private mutating func take(_ event: EventSlices, at next: inout Offset) {
        if event.offset != next.rawValue {
            report("the event read here has offset \(event.offset)", at: next)
        }
        if Partitioner.partition(forKey: event.keyBytes, count: count) != partition {
            report("the event's key belongs to another partition", at: next)
        }
        // All timestamps have one width, so they are in order as text.
        if event.timestamp.lexicographicallyPrecedes(timestamp) {
            report("time goes back", at: next)
        }
        timestamp = event.timestamp
        verdict.events += 1
        next = next.advanced(by: 1)
    }

    private mutating func compare(_ kept: Digest, at next: Offset) async throws(Failure) {
        do throws(Failure) {
            if try await head(at: next).text("head") == kept.hex {
                verdict.provenHeads += 1
            } else {
                report(
                    "the log before this offset is another one than when its head was kept",
                    at: next
                )
            }
        } catch {
            guard case .ledger(.refused(let status, _, let message, _)) = error.cause else {
                throw error
            }
            switch status {
            case 410: verdict.expiredHeads += 1
            case 400, 416:
                report("the ledger no longer has the head that was kept: \(message)", at: next)
            default: throw error
            }
        }
    }

    private mutating func report(_ problem: String, at offset: Offset?) {
        verdict.findings.append(
            Finding(stream: stream.name, partition: partition, offset: offset, problem: problem)
        )
    }
}
