package import LedgerCore

/// The beginning of a read without a subscription.
package enum ReadOrigin: Hashable, Sendable {
    /// The first event of each partition that has not expired.
    case earliest
    /// The end of each partition.
    case latest
    /// An offset of the one partition that is read.
    case offset(Offset)
    /// The first event of each partition that is not earlier than this.
    case timestamp(Timestamp)
    /// A number of events before the end of each partition, but none that has expired.
    case last(Int)
    /// The end of the page that came with this cursor.
    case cursor(String)
}

/// The parameters of a read without a subscription.
package struct ReadRequest: Sendable {
    /// The partition; nil: the key's, or all.
    package var partition: Int64?
    /// The key whose partition is read, if no other is named, for its events alone; nil: any.
    package var key: EventKey?
    /// The types that are delivered; nil: all.
    package var type: TextPattern?
    package var origin: ReadOrigin
    /// Events in the page at most.
    package var limit: Int
    /// The time to wait for events when there are none.
    package var wait: Duration

    package init(
        partition: Int64? = nil,
        key: EventKey? = nil,
        type: TextPattern? = nil,
        from origin: ReadOrigin,
        limit: Int,
        wait: Duration = .zero
    ) {
        self.partition = partition
        self.key = key
        self.type = type
        self.origin = origin
        self.limit = limit
        self.wait = wait
    }

    /// The events that are delivered; nil: all.
    package var filter: EventFilter? {
        EventFilter(types: type.map { [$0] }, keys: key.map { [TextPattern(exactly: $0.utf8)] })
    }
}

extension ReadRequest {
    /// The error that the caller gets: it asked for the offset by itself, so no position is at fault.
    fileprivate func refusal(_ error: LedgerError) -> LedgerError {
        guard case .offset = origin, case .positionBeyondTail(let partition, _, let tail) = error
        else { return error }
        return .offsetOutOfRange(partition, next: tail)
    }
}

/// A page that was read without a subscription.
package struct LogPage: Sendable {
    package let stream: StreamRow
    package let page: EventPage
    /// The beginning of the next page.
    package let cursor: ReadCursor

    /// The same as an offset; nil when several partitions were read.
    package var nextOffset: Offset? { cursor.offsets.count == 1 ? cursor.offsets[0] : nil }

    init(of stream: StreamRow, page: EventPage, first: Partition) {
        self.stream = stream
        self.page = page
        cursor = ReadCursor(
            stream: stream.incarnation,
            first: first,
            offsets: page.positions.values.map(\.logOffset)
        )
    }
}

extension AppendSignals.Stand {
    /// The stand of a read without a subscription.
    fileprivate init(_ cursor: ReadCursor) {
        stream = cursor.stream
        subscription = nil
        partitions = Array(
            Partition.all(cursor.first.index + cursor.offsets.count)[cursor.first.index...]
        )
        offsets = cursor.offsets
    }
}

/// Reads without a subscription, and what they share with those of subscriptions: pages, waiting.
final class Reads: Sendable {
    let access: TableAccess
    let streams: StreamCatalog
    let offsets: OffsetSearches
    let signals: AppendSignals
    let hints: ReadHints
    let batches = DecodedBatches()

    init(
        _ access: TableAccess,
        streams: StreamCatalog,
        offsets: OffsetSearches,
        signals: AppendSignals,
        hints: ReadHints
    ) {
        self.access = access
        self.streams = streams
        self.offsets = offsets
        self.signals = signals
        self.hints = hints
    }

    var clock: BelievedClock { access.clock }

    /// Reads one partition of a stream, or all in turns, and leaves nothing behind.
    func read(
        _ id: StreamID,
        as request: ReadRequest
    ) async throws(LedgerError) -> LogPage {
        let begun = clock.instant()
        let guest = signals.join(id, subscription: nil)
        defer { signals.leave(guest) }
        var stream = try await streams.stream(id, freshness: .now)
        let cursor = try await beginning(of: request, in: stream.value)
        var found = try await page(of: stream, from: cursor, as: request)
        let ground = WaitPlan.Ground(stream.value)
        try await wait(
            WaitPlan(of: id, on: ground, begun: begun, patience: request.wait),
            for: guest,
            isIdle: found.page.isIdle,
            stand: { AppendSignals.Stand(found.cursor) },
            look: { () throws(LedgerError) in
                stream = try await streams.stream(id, freshness: .now)
                return WaitPlan.Ground(stream.value)
            },
            read: { isAnew throws(LedgerError) in
                found =
                    isAnew
                    ? try await page(of: stream, from: cursor, as: request)
                    : try await page(of: stream, beyond: found.cursor, for: guest, as: request)
                return found.page.isIdle
            }
        )
        return found
    }

    /// Reads on where a page found nothing, only in the partitions that had news since.
    private func page(
        of stream: Observed<StreamRow>,
        beyond cursor: ReadCursor,
        for guest: AppendSignals.Guest,
        as request: ReadRequest
    ) async throws(LedgerError) -> LogPage {
        let page = try await page(
            of: stream,
            beyond: AppendSignals.Stand(cursor),
            for: guest,
            limit: request.limit,
            filter: request.filter
        )
        return LogPage(of: stream.value, page: page, first: cursor.first)
    }

    private func page(
        of stream: Observed<StreamRow>,
        from cursor: ReadCursor,
        as request: ReadRequest
    ) async throws(LedgerError) -> LogPage {
        let parts = zip(stream.value.partitions[cursor.partitions], cursor.offsets).map {
            (partition: $0, position: Position.log($1))
        }
        let page: EventPage
        do throws(LedgerError) {
            page = try await self.page(
                of: stream,
                from: parts,
                limit: request.limit,
                filter: request.filter
            )
        } catch {
            throw request.refusal(error)
        }
        return LogPage(of: stream.value, page: page, first: cursor.first)
    }

    // MARK: Where it begins

    private func beginning(
        of request: ReadRequest,
        in stream: StreamRow
    ) async throws(LedgerError) -> ReadCursor {
        let asked = try partitions(of: request, in: stream)
        if case .cursor(let text) = request.origin {
            return try cursor(text, ofPartitions: asked, in: stream)
        }
        let partitions = asked ?? stream.partitions
        if case .offset = request.origin, partitions.count > 1 {
            throw .invalid(
                field: "from",
                message: "can be an offset only with partition: the stream has "
                    + "\(partitions.count) partitions"
            )
        }
        let found = await inParallel(partitions) { [self] partition in
            await result { () throws(LedgerError) in
                try await offset(of: request.origin, in: partition, of: stream)
            }
        }
        var offsets: [Offset] = []
        for offset in found { offsets.append(try offset.get()) }
        return ReadCursor(stream: stream.incarnation, first: partitions[0], offsets: offsets)
    }

    /// The one partition that is asked for, by its number or by a key; nil: all.
    private func partitions(
        of request: ReadRequest,
        in stream: StreamRow
    ) throws(LedgerError) -> [Partition]? {
        let own = request.key.map {
            Partitioner.partition(forKey: $0.utf8, count: stream.partitionCount)
        }
        guard let index = request.partition else { return own.map { [$0] } }
        guard index < Int64(stream.partitionCount) else { throw .partitionNotFound(index) }
        let partition = stream.partitions[Int(index)]
        guard own == nil || own == partition else {
            throw .invalid(
                field: "key",
                message: "belongs to another partition than \(index); leave partition out"
            )
        }
        return [partition]
    }

    private func cursor(
        _ text: String,
        ofPartitions asked: [Partition]?,
        in stream: StreamRow
    ) throws(LedgerError) -> ReadCursor {
        guard let cursor = ReadCursor.decode(text), cursor.stream == stream.incarnation,
            cursor.offsets.count == 1 || cursor.offsets.count == stream.partitionCount,
            cursor.partitions.upperBound <= stream.partitionCount
        else { throw .invalidCursor }
        let partitions = Array(stream.partitions[cursor.partitions])
        guard asked == nil || asked == partitions else {
            throw .invalid(field: "cursor", message: "is of a read of other partitions")
        }
        return cursor
    }

    private func offset(
        of origin: ReadOrigin,
        in partition: Partition,
        of stream: StreamRow
    ) async throws(LedgerError) -> Offset {
        if case .offset(let offset) = origin { return offset }
        let end = try await access.end(of: partition, in: stream)
        let tail = end.next
        switch origin {
        case .offset, .latest, .cursor: return tail
        case .earliest:
            return try await offsets.earliestOffset(of: partition, in: stream, endingAt: end)
        case .timestamp(let moment):
            return try await offsets.offset(
                at: moment,
                of: partition,
                in: stream,
                endingAt: end
            )
        case .last(let count):
            let earliest = try await offsets.earliestOffset(
                of: partition,
                in: stream,
                endingAt: end
            )
            let offset = Offset(max(tail.rawValue - Int64(count), 0)) ?? .zero
            return max(earliest, offset)
        }
    }
}
