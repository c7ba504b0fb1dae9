import LedgerCore
import RawJSON

extension LedgerAPI {
    func head(
        _ id: StreamID,
        _ partition: Int64,
        _ request: APIRequest
    ) async throws(LedgerError) -> APIResponse {
        let query = try QueryParameters(request.query, allowed: ["at"])
        let moment = try query.number("at").flatMap { Offset($0) }
        let head = try await ledger.head(of: id, partition: partition, at: moment)
        return .json { writer in
            writer.beginObject()
            writer.key("partition")
            writer.integer(head.partition.index)
            writer.key("next_offset")
            writer.integer(head.next.rawValue)
            writer.key("head")
            writer.string(HashChain.text(head.hash))
            writer.endObject()
        }
    }
}
