import DynamoDBJSON
import LedgerCore
import LedgerService

@testable import enum LambdaHost.LambdaEvent
@testable import enum LambdaHost.PushCall
@testable import struct DynamoDBTable.DynamoDBResponse

/// The answers of DynamoDB, and every kind of row that may be in them.
func fuzzAnswer(_ input: [UInt8]) {
    guard let response = try? DynamoDBResponse(input) else { return }
    let images = response.items + response.unprocessed + response.reasons.compactMap(\.item)
    for image in images + (response.item.map { [$0] } ?? []) {
        for group in groups {
            guard let key = group.key(sortKey: image.sortKey) else { continue }
            require(key.sortKey == image.sortKey, otherwise: "a sort key in a second spelling")
            checkRow(image.item(key))
        }
    }
}

private let stream = StreamIncarnation(high: 1, low: 2)
private let subscription = SubscriptionIncarnation(high: 1, low: 2)

/// One of each kind, so that an image is tried as every row that its sort key allows.
private let groups: [RowGroup] =
    [
        .streams, .progress(stream), .subscriptions(stream), .idempotency(stream), .deletions,
        .positions(stream, subscription: subscription),
        .parked(stream, subscription: subscription), .pushes, .clock, .streamName(stream), .rings,
        .sweep,
    ] + Partition.all(1).flatMap { [.log(stream, $0), .latest(stream, $0)] }

/// Damaged rows are refused; one that is read can be used, and written again as it was.
func checkRow(_ item: Item) {
    switch item.key {
    case .chunk: checkLogEntry(item)
    case .stream:
        guard let row = try? StreamRow(item) else { return }
        _ = row.partitions
        _ = Expiration(of: row, at: now)
        expectSame(row, as: try? StreamRow(row.item))
    case .progress:
        guard let row = try? ProgressRow(item) else { return }
        _ = TailReading(newest: nil, progress: row)
            .verdict(at: now, trusting: TailTrust(created: now, onlySweepDeletes: false))
        expectSame(row, as: try? ProgressRow(row.item))
    case .latest:
        guard let row = try? LatestRow(item) else { return }
        if case .record(let bytes) = row.value { _ = try? Record.decode(bytes) }
        expectSame(row, as: try? LatestRow(row.item))
    case .subscription:
        guard let row = try? SubscriptionRow(item) else { return }
        _ = Cursor(
            subscription: row.incarnation,
            epoch: row.epoch,
            positions: PartitionPositions(ofAll: row.positions)
        )
        _ = row.seek(to: row.positions)
        expectSame(row, as: try? SubscriptionRow(row.item))
    case .position where DeliveryRow.isMeant(by: item):
        guard let row = try? DeliveryRow(item) else { return }
        _ = row.next(by: 1).write(over: row, rules: .all)
        _ = row.lowestUnfinished
        expectSame(row, as: try? DeliveryRow(row.item))
    case .position:
        guard let row = try? PositionRow(item) else { return }
        expectSame(row, as: try? PositionRow(row.item))
    case .member:
        guard let row = try? MemberRow(item) else { return }
        expectSame(row, as: try? MemberRow(row.item))
    case .parked:
        guard let row = try? ParkedRow(item) else { return }
        _ = row.replaying(in: 1, by: "", at: now).gone(at: now).write(after: row, rules: .all)
        if let content = row.content { _ = try? Record.decode(content.record) }
        expectSame(row, as: try? ParkedRow(row.item))
    case .push:
        guard let row = try? WebhookRow(item) else { return }
        _ = row.permission { _ in true }
        expectSame(row, as: try? WebhookRow(row.item))
    case .idempotency:
        guard let row = try? IdempotencyRow(item) else { return }
        _ = row.stored.first.advanced(by: row.stored.count)
        _ = row.isLive(at: now)
        expectSame(row, as: try? IdempotencyRow(row.item))
    case .deletion:
        guard let row = try? DeletionJob(item) else { return }
        _ = row.groups.dropFirst(row.groupsDone)
        expectSame(row, as: try? DeletionJob(row.item))
    case .clock:
        guard let row = try? ClockRow(item) else { return }
        var trust = ClockTrust()
        let instant = Instant(now: now, uptime: .milliseconds(1))
        trust.learn(row, at: instant, boot: row.since)
        _ = trust.settle(row, at: instant, boot: row.since)
        expectSame(row, as: try? ClockRow(row.item))
    case .streamName:
        guard let row = try? StreamNameRow(item) else { return }
        expectSame(row, as: try? StreamNameRow(row.item))
    case .ring:
        guard let row = try? KeptRingRow(item) else { return }
        expectSame(row, as: try? KeptRingRow(row.item))
    case .sweep:
        guard var row = try? SweepRow(item) else { return }
        expectSame(row, as: try? SweepRow(row.item))
        _ = row.isHeld(at: now)
        row.begin(at: now)
        _ = row.pace
    case .apiKey: break
    }
}

private let now = Timestamp(milliseconds: 1_767_225_600_000)

private func checkLogEntry(_ item: Item) {
    guard case .chunk(let chunk)? = try? LogEntry(item) else { return }
    _ = chunk.tail
    _ = chunk.ttl.mayHavePassed(at: now)
    _ = now.advanced(by: .milliseconds(chunk.timestamp.milliseconds))
    _ = try? RecordBatch.decode(chunk.batch, expecting: chunk.first)
    expectSame(.chunk(chunk), as: try? LogEntry(chunk.item))
}

private func expectSame<Row: Equatable>(_ row: Row, as again: Row?) {
    require(row == again, otherwise: "a row that is another one when written and read again")
}

/// The events that invoke a function: of the gateway, of the table's stream, of the schedule, of
/// another function.
func fuzzEvent(_ input: [UInt8]) {
    guard let event = try? LambdaEvent(input) else { return }
    switch event {
    case .request(let request):
        require(request.path.utf8.first != nil, otherwise: "a request without a path")
    case .batch(let records):
        let images = records.compactMap { $0.news?.image }
        for image in images { checkRow(image) }
        _ = ChunkImages(images)
    case .push(let streams?):
        let again = try? LambdaEvent(PushCall.event(for: streams))
        guard case .push(streams)? = again else {
            require(false, otherwise: "a call that is another one when written and read again")
            return
        }
    case .push(nil), .schedule, .sweep: break
    }
}
