/// `Accept-Encoding`, as far as the ledger needs it (RFC 9110, 12.5.3).
package enum AcceptEncoding {
    /// Whether gzip may be sent: named, or covered by `*`, with a weight above zero.
    package static func allowsGzip(_ value: String) -> Bool {
        var wildcard = false
        for element in value.utf8.split(separator: UInt8(ascii: ",")) {
            let parts = element.split(separator: UInt8(ascii: ";"))
            guard let coding = parts.first.map(ASCII.trimmed) else { continue }
            let allowed = parts.dropFirst().allSatisfy { !isZeroWeight(ASCII.trimmed($0)) }
            if equal(coding, "gzip") || equal(coding, "x-gzip") { return allowed }
            if equal(coding, "*") { wildcard = allowed }
        }
        return wildcard
    }

    /// Whether a parameter is `q=0`, `q=0.0` and so on; a weight that makes no sense is one too.
    private static func isZeroWeight(_ parameter: Substring.UTF8View) -> Bool {
        guard let first = parameter.first, first | 0x20 == UInt8(ascii: "q") else { return false }
        let rest = ASCII.trimmed(parameter.dropFirst())
        guard rest.first == UInt8(ascii: "=") else { return true }
        let weight = ASCII.trimmed(rest.dropFirst())
        let positive = weight.contains { (UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }
        let digits = weight.allSatisfy { $0 == UInt8(ascii: ".") || ASCII.isDigit($0) }
        return !positive || !digits
    }

    private static func equal(_ text: Substring.UTF8View, _ lowercase: StaticString) -> Bool {
        ASCII.equal(text, lowercase)
    }
}
