/// Keys that sign requests.
///
/// Its description leaves the secrets out, so that no log line can hold them.
struct AWSCredentials: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    var accessKeyID: String
    var secretAccessKey: String
    var sessionToken: String?
    /// Seconds since the epoch; nil: they stay valid.
    var expiration: Int64?

    func isValid(at moment: Int64) -> Bool { expiration.map { moment < $0 } ?? true }

    var description: String { "credentials \(accessKeyID.prefix(4))…" }
    var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID.prefix(4)]) }
}

/// Why there are no credentials; holds no secret.
package struct AWSCredentialsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried and what came of it.
    package let message: String

    /// The message.
    package var description: String { message }
}
