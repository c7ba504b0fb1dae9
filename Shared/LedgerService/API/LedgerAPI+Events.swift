import LedgerBytes
import LedgerCore
import RawJSON

extension LedgerAPI {
    static func publishEvents(_ call: Call) async throws(LedgerError) -> APIResponse {
        let isSummary = try wantsSummary(call.query)
        let kind = try call.mediaType()
        let body = try call.decodedBody()
        let mark = try idempotencyMark(of: call.request, decoded: body)
        let batch = try PublishParser.parse(body, as: kind)
        if !isSummary { try ReceiptSize.check(batch, on: call.stream) }
        let receipt = try await call.ledger.publish(
            batch,
            to: call.stream,
            idempotency: mark,
            place: call.request.place
        )
        return .json(capacity: isSummary ? 256 : batch.events.count * 128) { writer in
            isSummary ? writer.summary(receipt) : writer.receipt(receipt, of: batch)
        }
    }

    private static func wantsSummary(_ query: QueryParameters) throws(LedgerError) -> Bool {
        switch query.text("ack") {
        case nil, "events": false
        case "summary": true
        default: throw .invalid(field: "ack", message: "must be events or summary")
        }
    }

    private static func idempotencyMark(
        of request: APIRequest,
        decoded body: [UInt8]
    ) throws(LedgerError) -> IdempotencyMark? {
        let values = request.headers.filter { $0.name == "idempotency-key" }
        guard let value = values.first?.value else { return nil }
        let isPrintable = value.utf8.allSatisfy { (0x20...0x7e).contains($0) }
        guard values.count == 1, isPrintable,
            Limits.idempotencyKeyBytes.contains(value.utf8.count)
        else {
            throw .invalid(
                field: "Idempotency-Key",
                message: "must be 1 to \(Limits.idempotencyKeyBytes.upperBound) printable ASCII "
                    + "characters, given once",
                limit: Limits.idempotencyKeyBytes.upperBound
            )
        }
        return IdempotencyMark(
            keyHash: SHA256.digest(Array(value.utf8)),
            bodyHash: SHA256.digest(body)
        )
    }
}

extension JSONWriter {
    /// `{"events": […]}` in request order.
    fileprivate mutating func receipt(_ receipt: PublishReceipt, of batch: PublishBatch) {
        let beginnings = receipt.ranges.map {
            EventPieces.beginning(of: $0.partition, in: receipt.stream)
        }
        let endings = receipt.ranges.map { EventPieces.ending(at: $0.stored.timestamp) }
        var next = receipt.ranges.map { $0.stored.first.rawValue }
        beginObject()
        key("events")
        beginArray()
        batch.bytes.withUnsafeBytes { bytes in
            for (event, lane) in zip(batch.events, receipt.partitionIndexes) {
                piece(beginnings[lane], commaAfter: false)
                integer(next[lane])
                key("key")
                string(utf8: UnsafeRawBufferPointer(rebasing: bytes[event.key]))
                piece(endings[lane], commaAfter: true)
                next[lane] += 1
            }
        }
        endArray()
        endObject()
    }

    /// `{"partitions": […]}` by partition number.
    fileprivate mutating func summary(_ receipt: PublishReceipt) {
        beginObject()
        key("partitions")
        beginArray()
        for range in receipt.ranges.sorted(by: { $0.partition < $1.partition }) {
            beginObject()
            key("partition")
            integer(range.partition.index)
            key("first_offset")
            integer(range.stored.first.rawValue)
            key("last_offset")
            integer(range.stored.end.rawValue - 1)
            endObject()
        }
        endArray()
        endObject()
    }
}

/// The size of the answer to a publish, which is known before anything is stored.
enum ReceiptSize {
    /// An event's line but for stream and key, its quotes escaped, its numbers at their longest.
    private static let lineBytes = 160

    /// Throws when the answer with a line for each event would be too large for a function.
    static func check(_ batch: PublishBatch, on stream: StreamID) throws(LedgerError) {
        let lines = batch.events.count * (lineBytes + stream.name.utf8.count)
        // A key takes at most twice the room that it took in the body.
        guard lines + 2 * batch.bytes.count > Limits.receiptBytes else { return }
        let keys = batch.bytes.withUnsafeBytes { bytes in
            batch.events.reduce(0) { $0 + escaped(bytes[$1.key]) }
        }
        guard lines + keys > Limits.receiptBytes else { return }
        throw .invalid(
            field: "ack",
            message: "must be summary here: with a line for each of \(batch.events.count) events "
                + "the answer would be larger than \(Limits.receiptBytes) bytes. Nothing was stored",
            limit: Limits.receiptBytes
        )
    }

    /// Bytes of a text within JSON within JSON, as a function answers.
    private static func escaped(_ text: Slice<UnsafeRawBufferPointer>) -> Int {
        text.reduce(0) { count, byte in
            switch byte {
            case 0..<0x20: count + 7
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): count + 4
            default: count + 1
            }
        }
    }
}
