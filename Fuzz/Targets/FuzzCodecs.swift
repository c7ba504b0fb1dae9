import LedgerBytes
import LedgerCore

@testable import enum LedgerCore.CRC32C
@testable import struct LedgerCore.ParkingHistory
@testable import struct LedgerCore.SubscriptionSecret

/// The chunk codec, as a batch and as a single record: decoding what was encoded from the decoded
/// gives the same.
///
/// The checksum is set right first, or no input would get past it.
func fuzzBatch(_ input: [UInt8]) {
    guard input.count > 4 else { return }
    let bytes = withChecksum(input)
    if let batch = try? RecordBatch.decode(bytes, expecting: baseOffset(bytes)) { check(batch) }
    if let record = try? Record.decode(bytes) { check(record) }
}

private func withChecksum(_ input: [UInt8]) -> [UInt8] {
    let body = Array(input.dropLast(4))
    let checksum = body.withUnsafeBytes { CRC32C.checksum($0) }
    return body + withUnsafeBytes(of: checksum.littleEndian, Array.init)
}

/// The offset that the bytes claim, so that it is never what fails.
private func baseOffset(_ bytes: [UInt8]) -> Offset {
    guard bytes.count >= 16 else { return .zero }
    let value = bytes[8..<16].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Offset(Int64(bitPattern: value)) ?? .zero
}

private func check(_ batch: DecodedBatch) {
    var records = Records()
    for record in batch.records {
        _ = batch.timestamp(of: record)
        records.append(
            key: batch.copy(record.key),
            type: batch.copy(record.type),
            headers: headers(of: record, in: batch),
            data: batch.copy(record.data),
            timestampDelta: record.timestampDelta
        )
        let encoded = Record.encode(record, of: batch)
        check(encoded, is: record, of: batch)
        check(PackedRecord.pack(encoded), is: record, of: batch)
    }
    let again = RecordBatch.encode(
        records,
        baseOffset: batch.baseOffset,
        timestamp: batch.baseTimestamp
    )
    guard let second = try? RecordBatch.decode(again, expecting: batch.baseOffset) else {
        fatalError("what was encoded cannot be decoded")
    }
    require(second.records.count == batch.records.count)
    require(second.nextOffset == batch.nextOffset)
    require(second.lastTimestamp == batch.lastTimestamp)
    for (left, right) in zip(second.records, batch.records) {
        require(second.copy(left.key) == batch.copy(right.key))
        require(second.copy(left.data) == batch.copy(right.data))
        require(headers(of: left, in: second) == headers(of: right, in: batch))
    }
}

private func headers(of record: RecordView, in batch: DecodedBatch) -> RecordHeaders {
    var headers = RecordHeaders()
    batch.forEachHeader(of: record) { name, value in headers.append(name: name, value: value) }
    return headers
}

private func check(_ encoded: [UInt8], is view: RecordView, of batch: DecodedBatch) {
    guard let record = try? Record.decode(encoded) else {
        fatalError("a record of a batch cannot be decoded on its own")
    }
    require(record.copy(record.data) == batch.copy(view.data))
    require(record.timestamp == batch.timestamp(of: view))
}

private func check(_ record: Record) {
    require(record.copy(record.data).isEmpty == record.isTombstone)
    _ = record.copy(record.type)
    record.forEachHeader { name, value in
        require(name.count + value.count <= record.bytes.count)
    }
}

/// Cursors and page tokens: what is understood has one spelling, and no stranger's cursor passes.
func fuzzTokens(_ input: [UInt8]) {
    guard let text = String(validating: input, as: UTF8.self) else { return }
    if let cursor = Cursor.decode(text) {
        require(
            cursor.verified(secret: secret) == nil,
            otherwise: "a cursor that nobody made passes"
        )
    }
    if let cursor = GroupCursor.decode(text) {
        require(
            cursor.verified(secret: secret) == nil,
            otherwise: "a group's cursor that nobody made passes"
        )
    }
    if let cursor = ReadCursor.decode(text) {
        require(cursor.encoded == text, otherwise: "a read's cursor in a second spelling")
    }
    require(
        (try? LeaseToken.read(text, of: leased, rules: .all)) == nil,
        otherwise: "a lease that nobody made passes"
    )
    for kind in PageToken.Kind.allCases {
        guard let token = PageToken.decode(text, kind: kind) else { continue }
        require(token.encoded == text, otherwise: "a token in a second spelling")
    }
    if let bytes = Base64URL.decode(text) {
        require(Base64URL.encode(bytes) == text, otherwise: "base64url in a second spelling")
        forge(bytes)
    }
}

private let secret = SubscriptionSecret(trusted: [UInt8](repeating: 7, count: 32))

/// A subscription of as many partitions as there may be.
private let leased = SubscriptionRow(
    stream: StreamIncarnation(high: 1, low: 1),
    id: SubscriptionID("u").unsafelyUnwrapped,
    incarnation: SubscriptionIncarnation(high: 0, low: 0),
    secret: secret,
    startFrom: [],
    created: Timestamp(milliseconds: 0),
    positions: [Position](repeating: .log(.zero), count: Limits.partitions.upperBound)
)

/// The same structure under the right tag is a cursor, in that spelling alone.
private func forge(_ message: [UInt8]) {
    let signed = message + HMACSHA256.tag(key: secret.bytes, message: message)
    let text = Base64URL.encode(signed)
    if let lease = try? LeaseToken.read(text, of: leased, rules: .all) {
        let again = lease.encoded(secret: secret)
        require(again == text, otherwise: "a lease in a second spelling")
    }
    if let verified = GroupCursor.decode(text)?.verified(secret: secret) {
        let again = verified.encoded(secret: secret)
        require(again == text, otherwise: "a group's cursor in a second spelling")
    }
    guard let cursor = Cursor.decode(text) else { return }
    guard let verified = cursor.verified(secret: secret) else {
        fatalError("a cursor with the right tag does not pass")
    }
    require(verified.encoded(secret: secret) == text, otherwise: "a cursor in a second spelling")
}

/// What the rows of a delivery hold: what is read has one spelling, and the rows can be written again.
func fuzzDelivery(_ input: [UInt8]) {
    if let policy = DeliveryPolicy.decode(input) {
        require(
            policy.isValid && policy.encoded == input,
            otherwise: "a policy in a second spelling"
        )
    }
    if let open = OpenEvents.decode(input) {
        require(open.encoded == input, otherwise: "unfinished events in a second spelling")
        for event in open.events { require(open.event(at: event.offset) == event) }
        for lease in open.leases {
            require(
                open.events.contains { $0.state == .held(lease.id) },
                otherwise: "an empty lease"
            )
        }
    }
    for times in 1...6 {
        guard let history = ParkingHistory.decode(input, times: times) else { continue }
        require(history.encoded == input, otherwise: "a history in a second spelling")
    }
    checkRow(parked(input))
    checkRow(delivery(input))
}

private func parked(_ input: [UInt8]) -> Item {
    let key = TableKey.parked(
        stream: leased.stream,
        subscription: leased.incarnation,
        Partition.all(1)[0],
        .zero
    )
    var item = Item(key)
    item[.state] = .number(Int64(input.last ?? 0) % 3)
    (item[.count], item[.epoch], item[.ttl]) = (.number(5), .number(0), .number(0))
    (item[.history], item[.record]) = (.bytes(input), .bytes(input))
    (item[.key], item[.timestamp]) = (.bytes(Array(input.prefix(9))), .number(0))
    return item
}

private func delivery(_ input: [UInt8]) -> Item {
    let row = DeliveryRow(of: leased, in: Partition.all(1)[0], after: nil).next(by: 1)
    var item = row.item
    item[.open] = .bytes(input)
    return item
}

/// Compressed bodies: never more than the limit comes out, and what does survives compression.
func fuzzContentCoding(_ input: [UInt8]) {
    let limit = 64 * 1024
    for coding in ContentCoding.allCases {
        if let body = try? coding.decode(input, limit: limit) {
            require(body.count <= limit, otherwise: "\(body.count) bytes came out")
        }
        let again = try? coding.decode(coding.encode(input), limit: input.count)
        require(again == input, otherwise: "what was compressed does not come out again")
    }
}
