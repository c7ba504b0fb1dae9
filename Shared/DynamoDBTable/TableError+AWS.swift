import AWSClient
import LedgerCore

extension TableError {
    /// What a failed call means for a table's caller; a failed read never wrote anything.
    init(_ error: AWSError, isRead: Bool) {
        switch error.kind {
        case .throttled: self.init(.definite, .throttled, error.message)
        case .refused where error.code == "ValidationException":
            self.init(.definite, .invalid, error.message)
        case .refused, .notSent: self.init(.definite, .unavailable, error.message)
        case .open: self.init(isRead ? .definite : .indefinite, .unavailable, error.message)
        }
    }
}
