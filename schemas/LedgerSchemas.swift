/// The machine-readable description of the HTTP API.
package enum LedgerSchemas {
    /// The OpenAPI 3.1 document, byte for byte the repository's `schemas/openapi.json`.
    ///
    /// It is part of the executable, so that a server needs no files and no Foundation.
    package static let openAPI: [UInt8] = openAPIText.withUTF8Buffer { Array($0) }
}
