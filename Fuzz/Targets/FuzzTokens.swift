import LedgerCore

/// Cursors and page tokens: what is understood has one spelling, and no stranger's cursor passes.
func fuzzTokens(_ input: [UInt8]) {
    guard let text = String(validating: input, as: UTF8.self) else { return }
    if let cursor = Cursor.decode(text) {
        require(cursor.verified(secret: secret) == nil, "a cursor that nobody made passes")
    }
    if let cursor = ReadCursor.decode(text) {
        require(cursor.encoded == text, "a read's cursor in a second spelling")
    }
    for kind in PageToken.Kind.allCases {
        guard let token = PageToken.decode(text, kind: kind) else { continue }
        require(token.encoded == text, "a token in a second spelling")
    }
    if let bytes = Base64URL.decode(text) {
        require(Base64URL.encode(bytes) == text, "base64url in a second spelling")
        forge(bytes)
    }
}

private let secret = [UInt8](repeating: 7, count: 32)

/// The same structure under the right tag is a cursor, in that spelling alone.
private func forge(_ message: [UInt8]) {
    let signed = message + HMACSHA256.tag(key: secret, message: message)
    let text = Base64URL.encode(signed)
    guard let cursor = Cursor.decode(text) else { return }
    guard let verified = cursor.verified(secret: secret) else {
        fatalError("a cursor with the right tag does not pass")
    }
    require(verified.encoded(secret: secret) == text, "a cursor in a second spelling")
}
