/// A plan's answer when a call can't be done: the present state forbids it, or reading failed.
///
/// The service turns each into the error of the same name that clients see.
package enum Refusal: Error, Hashable, Sendable {
    // MARK: There is no such thing

    /// The stream is not there, is being deleted, or is another one of the same name by now.
    case streamNotFound(StreamID)
    /// The stream has no subscription of this name.
    case subscriptionNotFound(SubscriptionID)
    /// The stream has fewer partitions.
    case partitionNotFound(Int64)
    /// The event key has no event, or its last one is a tombstone.
    case eventKeyNotFound

    // MARK: It does not fit the present state

    /// The stream keeps no compacted state.
    case compactionDisabled(StreamID)
    /// Malformed, forged, or of another subscription.
    case invalidCursor
    /// The cursor is from before a seek.
    case cursorSuperseded
    /// No page of this list ends there.
    case invalidPlace
    /// The events there have expired.
    case offsetExpired(Partition, earliest: Offset)
    /// The partition ends before the offset.
    case offsetOutOfRange(Partition, next: Offset)
    /// No chunk ends at the offset; `next` is the end of the one that holds it.
    case insideChunk(next: Offset)
    /// A cursor is from a longer log than the partition's.
    case positionBeyondTail(Partition, position: Offset, tail: Offset)
    /// A partition is to be committed outside of what a cursor's page delivered of it.
    case commitOutOfPage(Partition, from: Offset, to: Position)
    /// A partition is to be committed that a cursor is not about.
    case partitionNotCovered(Partition)
    /// A subscription is to start beyond the partition's end.
    case startBeyondTail(Partition, offset: Offset, tail: Offset)
    /// The group has as many members as it may have.
    case tooManyMembers
    /// A member of the subscription's group holds the partition.
    case partitionLeased(Partition, owner: MemberName)
    /// The subscription's events are acknowledged in the other way.
    case wrongDeliveryMode(SubscriptionID)
    /// The change of a delivery's policy does not fit the subscription.
    case policyConflict(PolicyConflict)
    /// Malformed, forged, or of another subscription.
    case invalidLease
    /// The event to be parked is finished, parked, or was not looked at.
    case eventNotOpen(Partition, Offset)
    /// No such event is parked.
    case parkedNotFound(Partition, Offset)
    /// The parked event is being delivered again.
    case replaying(Partition, Offset)
    /// Others changed the same row, at each of ``Limits/casTries``.
    case contention

    // MARK: Reading failed

    /// What followed the last surviving chunk may have expired.
    case tailUnverified(Partition)
    /// The stream may have been deleted while so much time passed.
    case tooSlow(Duration)
    /// A table call failed; damage of a chunk without its place.
    case table(TableError)
    /// A partition of the stream could not be read; damage of a chunk with its place.
    case read(ReadFailure, in: StreamID)

    /// The same, after an earlier step that was or may have been applied.
    indirect case afterChange(Refusal)
}

extension Refusal {
    /// A failed read of the log of a stream.
    init(_ error: TableError, in stream: StreamID) { self = .read(ReadFailure(error), in: stream) }
}

extension Result where Failure == TableError {
    /// The value; the table's error as a plan's.
    func orRefuse() throws(Refusal) -> Success {
        switch self {
        case .success(let value): return value
        case .failure(let error): throw .table(error)
        }
    }
}

/// Decodes a row; damage as a plan's error.
func decoded<Row>(_ decode: () throws(TableError) -> Row) throws(Refusal) -> Row {
    do throws(TableError) { return try decode() } catch { throw .table(error) }
}

extension StreamRow {
    /// The stream of a row that was read under this name.
    ///
    /// - Throws: ``Refusal/streamNotFound(_:)`` when there is no row or the stream is being deleted.
    package static func active(_ item: Item?, named id: StreamID) throws(Refusal) -> StreamRow {
        guard let item else { throw .streamNotFound(id) }
        let stream = try decoded { () throws(TableError) in try StreamRow(item) }
        guard stream.state == .active else { throw .streamNotFound(id) }
        return stream
    }

    /// The stream itself, if it keeps a compacted state.
    package func keepingCompactedState() throws(Refusal) -> StreamRow {
        guard compaction else { throw .compactionDisabled(id) }
        return self
    }

    /// The partition of this number.
    package func partition(_ index: Int64) throws(Refusal) -> Partition {
        guard index < Int64(partitionCount) else { throw .partitionNotFound(index) }
        return partitions[Int(index)]
    }
}

extension SubscriptionRow {
    /// The subscription of a row that was read under this name.
    package static func existing(
        _ item: Item?,
        named id: SubscriptionID
    ) throws(Refusal) -> SubscriptionRow {
        guard let item else { throw .subscriptionNotFound(id) }
        return try decoded { () throws(TableError) in try SubscriptionRow(item) }
    }
}
