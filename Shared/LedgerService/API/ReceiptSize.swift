import LedgerCore

/// How large the answer to a publish becomes: known before anything is stored.
enum ReceiptSize {
    /// An event's line but for stream and key, its quotes escaped, its numbers at their longest.
    private static let lineBytes = 160

    /// Throws when the answer with a line for each event would be too large for a function.
    static func check(_ batch: PublishBatch, _ stream: StreamID) throws(LedgerError) {
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
