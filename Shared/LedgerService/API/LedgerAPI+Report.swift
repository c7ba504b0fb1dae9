import LedgerCore
import Logging

extension LedgerAPI {
    /// Logs what the operator must know of a failed call and its client must not.
    ///
    /// - Parameters:
    ///   - error: what the call was answered with.
    ///   - route: its method and pattern, never the path with its names.
    ///   - keyID: of the API key that it came with; nil when it had none.
    func report(_ error: LedgerError, route: String, keyID: String?) {
        var metadata: Logger.Metadata = ["route": "\(route)"]
        if let keyID { metadata["key_id"] = "\(keyID)" }
        switch error {
        case .internalError, .unavailable, .closed, .corruptChunk, .tailUnverified, .clockSuspect,
            .storageFull, .partialPublish, .outcomeUnknown:
            ledger.access.logger.error("\(error)", metadata: metadata)
        default: break
        }
    }
}
