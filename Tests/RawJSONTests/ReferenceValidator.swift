/// RFC 8259 written down once more, slowly and plainly, to compare the reader with.
struct ReferenceValidator {
    private var rest: ArraySlice<UInt8>
    private let maximumDepth: Int

    /// True when the bytes are one JSON document.
    static func accepts(_ bytes: [UInt8], maximumDepth: Int = 128) -> Bool {
        guard String(validating: bytes, as: UTF8.self) != nil else { return false }
        var validator = ReferenceValidator(rest: bytes[...], maximumDepth: maximumDepth)
        return validator.value(depth: 0) && validator.rest.isEmpty
    }

    private mutating func value(depth: Int) -> Bool {
        whitespace()
        defer { whitespace() }
        switch rest.first.map({ Character(Unicode.Scalar($0)) }) {
        case "{": return depth < maximumDepth && object(depth: depth + 1)
        case "[": return depth < maximumDepth && array(depth: depth + 1)
        case "\"": return string()
        case "t": return take("true")
        case "f": return take("false")
        case "n": return take("null")
        default: return number()
        }
    }

    private mutating func object(depth: Int) -> Bool {
        guard take("{") else { return false }
        whitespace()
        if take("}") { return true }
        repeat {
            whitespace()
            guard string() else { return false }
            whitespace()
            guard take(":"), value(depth: depth) else { return false }
        } while take(",")
        return take("}")
    }

    private mutating func array(depth: Int) -> Bool {
        guard take("[") else { return false }
        whitespace()
        if take("]") { return true }
        repeat {
            guard value(depth: depth) else { return false }
        } while take(",")
        return take("]")
    }

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return true }
            if byte < 0x20 { return false }
            if byte == UInt8(ascii: "\\"), !escape() { return false }
        }
        return false
    }

    private mutating func escape() -> Bool {
        guard let letter = rest.popFirst() else { return false }
        guard letter == UInt8(ascii: "u") else { return "\"\\/bfnrt".utf8.contains(letter) }
        let digits = rest.prefix(4)
        rest = rest.dropFirst(4)
        return digits.count == 4
            && digits.allSatisfy { "0123456789abcdefABCDEF".utf8.contains($0) }
    }

    private mutating func number() -> Bool {
        _ = take("-")
        if !take("0"), !digits() { return false }
        if take("."), !digits() { return false }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            return digits()
        }
        return true
    }

    private mutating func digits() -> Bool {
        let found = rest.prefix { "0123456789".utf8.contains($0) }
        rest = rest.dropFirst(found.count)
        return !found.isEmpty
    }

    private mutating func whitespace() {
        rest = rest.drop { " \t\n\r".utf8.contains($0) }
    }

    private mutating func take(_ word: String) -> Bool {
        guard rest.starts(with: word.utf8) else { return false }
        rest = rest.dropFirst(word.utf8.count)
        return true
    }
}
