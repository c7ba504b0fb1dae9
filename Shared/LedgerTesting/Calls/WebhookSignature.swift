import LedgerBytes
package import LedgerCore

/// What a webhook's receiver checks of a request.
extension StandardWebhooks {
    /// Checks a request, in constant time.
    ///
    /// - Parameters:
    ///   - header: The signatures, separated by spaces.
    ///   - body: The request's body as it came.
    ///   - id: The value of `webhook-id`.
    ///   - timestamp: The value of `webhook-timestamp`, seconds since the epoch.
    ///   - secret: The secret that the receiver knows.
    /// - Returns: True if one of the signatures is of that secret.
    package static func isSigned(
        _ header: String,
        body: [UInt8],
        id: String,
        timestamp: Int64,
        by secret: WebhookSecret
    ) -> Bool {
        let expected = signature(of: body, id: id, timestamp: timestamp, key: secret.bytes)
        return header.split(separator: " ").reduce(false) { isFound, signature in
            constantTimeEquals(Array(signature.utf8), Array(expected.utf8)) || isFound
        }
    }
}
