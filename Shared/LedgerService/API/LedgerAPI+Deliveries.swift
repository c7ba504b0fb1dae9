import LedgerCore
import RawJSON

/// Events that are acknowledged one by one.
extension LedgerAPI {
    static func receive(_ call: Call) async throws(LedgerError) -> APIResponse {
        var request = ReceiveRequest(limit: Limits.defaultPageEntries)
        try call.readMembers { field, reader throws(LedgerError) in
            switch field {
            case "limit": request.limit = try reader.integer(field, within: Limits.pageEntries)
            case "wait": request.wait = try reader.seconds(field, within: Limits.wait)
            case "consumer": request.consumer = try reader.consumer(field)
            case "attempt": request.attempt = try reader.attempt(field)
            case "ack": request.acknowledgement = try reader.acknowledgement(field)
            default: return false
            }
            return true
        }
        let page = try await call.ledger.subscriptions.receive(
            call.subscription,
            of: call.stream,
            as: request
        )
        try await call.confirmCaller()
        return .json(capacity: page.estimatedBytes) { $0.write(page, of: call.stream) }
    }

    static func acknowledge(_ call: Call) async throws(LedgerError) -> APIResponse {
        var fields = AcknowledgementFields()
        try call.readMembers { field, reader throws(LedgerError) in
            try fields.read(field, from: &reader)
        }
        let receipt = try await call.ledger.subscriptions.acknowledge(
            try fields.complete(),
            in: call.subscription,
            of: call.stream
        )
        return .json { $0.write(receipt) }
    }
}

extension ReceivedPage {
    /// About how many bytes the page is as JSON.
    fileprivate var estimatedBytes: Int { parts.reduce(512) { $0 + $1.page.estimatedBytes } }
}

extension JSONWriter {
    fileprivate mutating func write(_ page: ReceivedPage, of stream: StreamID) {
        var events = EventWriter(stream)
        beginObject()
        key("lease")
        if let lease = page.lease { string(lease) } else { null() }
        key("ack_wait")
        integer(page.policy.ackWait.wholeSeconds)
        key("events")
        events.write(page.parts, to: &self)
        key("remaining")
        integer(page.remaining)
        key("caught_up")
        boolean(page.isDrained)
        blockages(page.parts.flatMap(\.blockages).sorted { $0.partition < $1.partition })
        if let receipt = page.receipt {
            key("acknowledged")
            write(receipt)
        }
        endObject()
    }
}
