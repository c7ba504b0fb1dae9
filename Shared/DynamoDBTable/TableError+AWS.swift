import AWSClient
import LedgerCore

extension TableError {
    /// What a failed call means for a table's caller; a failed read never wrote anything.
    init(_ error: AWSError, isRead: Bool) {
        switch error.kind {
        case .throttled: self.init(.definite, reason: .throttled, message: error.message)
        case .refused where error.code == "ValidationException":
            self.init(.definite, reason: .invalid, message: error.message)
        case .refused, .notSent: self.init(.definite, reason: .unavailable, message: error.message)
        case .open:
            let effect: Effect = isRead ? .definite : .indefinite
            self.init(effect, reason: .unavailable, message: error.message)
        }
    }
}
