import LedgerBytes

/// What the Standard Webhooks specification says of a request: its id and its signature.
///
/// Receivers recognise a repeated request by its id, and verify the signature with any library of
/// that specification.
package enum StandardWebhooks {
    /// The id of an event's requests, the same at each try: `sub_partition_offset`.
    package static func id(
        of offset: Offset,
        in partition: Partition,
        to subscription: SubscriptionIncarnation
    ) -> String {
        "\(subscription.hex)_\(partition.index)_\(offset.rawValue)"
    }

    /// Signs a request.
    ///
    /// - Parameters:
    ///   - body: The request's body.
    ///   - id: The request's id, without a dot.
    ///   - timestamp: Seconds since the epoch, when the request is sent.
    ///   - key: The bytes of the secret.
    /// - Returns: `v1,` and the Base64 of the HMAC-SHA-256 of `id.timestamp.body`.
    package static func signature(
        of body: [UInt8],
        id: String,
        timestamp: Int64,
        key: [UInt8]
    ) -> String {
        let tag = HMACSHA256.tag(key: key, message: Array("\(id).\(timestamp).".utf8) + body)
        return "v1," + String(decoding: Base64.encode(tag), as: UTF8.self)
    }
}
