/// Where the certificate is that a server shows, and its key.
public struct TLSFiles: Hashable, Sendable {
    /// The certificate chain, PEM, the server's own first.
    public var certificate: String
    /// The certificate's private key, PEM, without a passphrase.
    public var key: String

    /// Two files by their paths.
    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}
