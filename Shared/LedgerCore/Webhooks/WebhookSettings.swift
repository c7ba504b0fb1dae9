/// What a subscription's webhook is: where it goes, how fast, and under which secrets.
///
/// ```
/// version = 1 · uvarint n, n bytes of the address · uvarint concurrency · uvarint timeout, s
///   · uvarint disabled after, h · secret 32 · 0
///                                           · 1 · former secret 32 · uvarint its end, ms
/// ```
package struct WebhookSettings: Hashable, Sendable {
    private static let version: UInt8 = 1

    /// The address to which its requests go.
    package var url: WebhookURL
    /// Requests under way at once, as ``Limits/webhookConcurrency`` allows.
    package var concurrency: Int
    /// The longest that a request may take, whole seconds, as ``Limits/webhookTimeout`` allows.
    package var timeout: Duration
    /// The time after which a failing webhook is disabled, hours, as
    /// ``Limits/webhookDisableHours`` allows.
    package var disableAfterHours: Int
    /// The secrets under which its requests are signed.
    package var secrets: WebhookSecrets

    /// Settings within their limits.
    package init(
        url: WebhookURL,
        concurrency: Int = Limits.defaultWebhookConcurrency,
        timeout: Duration = Limits.defaultWebhookTimeout,
        disableAfterHours: Int = Limits.defaultWebhookDisableHours,
        secrets: WebhookSecrets
    ) {
        self.url = url
        self.concurrency = concurrency
        self.timeout = timeout
        self.disableAfterHours = disableAfterHours
        self.secrets = secrets
    }

    /// The settings as a row keeps them.
    package var encoded: [UInt8] {
        var bytes = [Self.version]
        Varint.append(UInt64(url.text.utf8.count), to: &bytes)
        bytes += url.text.utf8
        Varint.append(UInt64(concurrency), to: &bytes)
        Varint.append(UInt64(timeout.wholeSeconds), to: &bytes)
        Varint.append(UInt64(disableAfterHours), to: &bytes)
        bytes += secrets.current.bytes
        bytes.append(secrets.former == nil ? 0 : 1)
        if let former = secrets.former {
            bytes += former.secret.bytes
            Varint.append(UInt64(max(0, former.end.milliseconds)), to: &bytes)
        }
        return bytes
    }

    /// The inverse of ``encoded``; nil for anything it does not write.
    ///
    /// An address is read whether or not requests may be sent to it: what is allowed may have
    /// changed since it was stored.
    package static func decode(_ bytes: [UInt8]) -> WebhookSettings? {
        var reader = ByteReader(bytes)
        guard reader.byte() == version, let url = reader.field().flatMap(url(utf8:)),
            let concurrency = number(from: &reader, within: Limits.webhookConcurrency),
            let timeout = reader.number().flatMap(Int64.init(exactly:)).map(Duration.seconds),
            Limits.webhookTimeout.contains(timeout),
            let hours = number(from: &reader, within: Limits.webhookDisableHours),
            let secrets = secrets(from: &reader), reader.isAtEnd
        else { return nil }
        return WebhookSettings(
            url: url,
            concurrency: concurrency,
            timeout: timeout,
            disableAfterHours: hours,
            secrets: secrets
        )
    }

    private static func url(utf8: [UInt8]) -> WebhookURL? {
        String(validating: utf8, as: UTF8.self).flatMap { try? WebhookURL($0) }
    }

    private static func number(
        from reader: inout ByteReader,
        within range: ClosedRange<Int>
    ) -> Int? {
        reader.number().flatMap(Int.init(exactly:)).flatMap { range.contains($0) ? $0 : nil }
    }

    private static func secrets(from reader: inout ByteReader) -> WebhookSecrets? {
        guard let current = secret(from: &reader) else { return nil }
        switch reader.byte() {
        case 0: return WebhookSecrets(current: current)
        case 1:
            guard let former = secret(from: &reader),
                let end = reader.number().flatMap(Int64.init(exactly:))
            else { return nil }
            return WebhookSecrets(
                current: current,
                former: WebhookSecrets.Former(
                    secret: former,
                    end: Timestamp(milliseconds: end)
                )
            )
        default: return nil
        }
    }

    private static func secret(from reader: inout ByteReader) -> WebhookSecret? {
        reader.take(WebhookSecret.count).flatMap { WebhookSecret(bytes: $0) }
    }
}
