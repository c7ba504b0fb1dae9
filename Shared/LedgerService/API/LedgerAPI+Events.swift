import LedgerCore
import RawJSON

extension LedgerAPI {
    func publish(_ id: StreamID, _ request: APIRequest) async throws(LedgerError) -> APIResponse {
        let query = try QueryParameters(request.query, allowed: ["ack"])
        let isSummary = try wantsSummary(query)
        let kind = try RequestBody.kind(request, takesNDJSON: true)
        let body = try RequestBody.decoded(request)
        let mark = try idempotencyMark(request, body)
        let batch = try PublishParser.parse(body, kind)
        if !isSummary { try ReceiptSize.check(batch, id) }
        let receipt = try await ledger.publish(batch, to: id, idempotency: mark)
        return .json(capacity: isSummary ? 256 : batch.events.count * 128) { writer in
            isSummary ? writer.summary(receipt) : writer.receipt(receipt, of: batch)
        }
    }

    private func wantsSummary(_ query: QueryParameters) throws(LedgerError) -> Bool {
        switch query.text("ack") {
        case nil, "events": false
        case "summary": true
        default: throw .invalid(field: "ack", message: "must be events or summary")
        }
    }

    private func idempotencyMark(
        _ request: APIRequest,
        _ body: [UInt8]
    ) throws(LedgerError)
        -> IdempotencyMark?
    {
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
            keyHash: SHA256.hexDigest(Array(value.utf8)),
            bodyHash: SHA256.digest(body)
        )
    }
}

extension JSONWriter {
    /// `{"events": […]}` in request order.
    fileprivate mutating func receipt(_ receipt: PublishReceipt, of batch: PublishBatch) {
        let beginnings = receipt.ranges.map {
            EventPieces.beginning(receipt.stream, $0.partition)
        }
        let endings = receipt.ranges.map { EventPieces.ending($0.stored.timestamp) }
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
