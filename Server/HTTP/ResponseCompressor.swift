import LedgerService

/// Compresses answers for clients that understand gzip.
package struct ResponseCompressor: Sendable {
    /// Bodies up to this size are sent as they are: compressing them saves no packet.
    static let threshold = 1024
    /// Bodies up to this size are compressed on the event loop; larger ones would hold up others.
    static let inlineLimit = 8 * 1024

    let gzip: @Sendable ([UInt8]) -> [UInt8]?

    /// - Parameter gzip: the body as a gzip member; nil leaves the body as it is.
    package init(gzip: @escaping @Sendable ([UInt8]) -> [UInt8]?) {
        self.gzip = gzip
    }

    /// Whether this answer would gain from it.
    func wants(_ response: APIResponse) -> Bool {
        response.body.count > Self.threshold
            && !response.headers.contains { $0.name == "content-encoding" }
    }

    /// The answer with a compressed body, if that makes it smaller.
    ///
    /// Caches must tell the two apart.
    func compressed(_ response: APIResponse, accepted: Bool) -> APIResponse {
        var response = response
        response.headers.append((name: "vary", value: "accept-encoding"))
        guard accepted, let body = gzip(response.body), body.count < response.body.count else {
            return response
        }
        response.headers.append((name: "content-encoding", value: "gzip"))
        response.body = body
        return response
    }
}
