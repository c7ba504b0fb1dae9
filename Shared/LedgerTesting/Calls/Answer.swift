package import LedgerService

/// An answer of the API, as a test looks at it.
package struct Answer: Sendable, CustomStringConvertible {
    /// The HTTP status code.
    package let status: Int
    /// Names in lower case.
    package let headers: [(name: String, value: String)]
    /// The body as it came.
    package let body: [UInt8]

    package init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// What a ledger in the same process answered.
    package init(_ response: APIResponse) {
        self.init(status: response.status, headers: response.headers, body: response.bytes)
    }

    /// The body as text.
    package var text: String { String(decoding: body, as: UTF8.self) }
    /// Status and the body's beginning.
    package var description: String { "\(status) \(text.prefix(500))" }

    /// The first value of a header, by its lower-case name.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
