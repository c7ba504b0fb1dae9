/// Where the certificate is that a server shows, and its key.
package struct TLSFiles: Hashable, Sendable {
    /// The certificate chain, PEM, the server's own first.
    package var certificate: String
    /// The certificate's private key, PEM, without a passphrase.
    package var key: String

    /// Two files by their paths.
    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}
