/// Appends compact JSON to an array of bytes.
///
/// It trusts its caller to call it in an order that makes sense; what it writes for names, strings
/// and numbers is always valid.
public struct JSONWriter {
    /// What was written so far.
    public private(set) var bytes: [UInt8]
    /// A comma is due before the next name or element.
    private var needsComma = false

    /// An empty writer.
    public init(capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    // MARK: Structure

    /// `{`
    public mutating func beginObject() {
        open(0x7b)
    }

    /// `}`
    public mutating func endObject() {
        close(0x7d)
    }

    /// `[`
    public mutating func beginArray() {
        open(0x5b)
    }

    /// `]`
    public mutating func endArray() {
        close(0x5d)
    }

    /// A member's name, which needs no escaping, and its colon.
    public mutating func key(_ name: StaticString) {
        comma()
        bytes.append(0x22)
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(0x22)
        bytes.append(0x3a)
        needsComma = false
    }

    /// A member's name of any text, and its colon.
    public mutating func key(utf8 name: UnsafeRawBufferPointer) {
        string(utf8: name)
        bytes.append(0x3a)
        needsComma = false
    }

    // MARK: Values

    /// A string.
    public mutating func string(_ value: String) {
        var value = value
        value.withUTF8 { string(utf8: UnsafeRawBufferPointer($0)) }
    }

    /// A string of valid UTF-8.
    public mutating func string(utf8: UnsafeRawBufferPointer) {
        comma()
        bytes.append(0x22)
        appendEscaped(utf8)
        bytes.append(0x22)
        needsComma = true
    }

    /// A number.
    public mutating func integer(_ value: some BinaryInteger) {
        comma()
        appendDigits(Int64(value))
        needsComma = true
    }

    /// `true` or `false`.
    public mutating func boolean(_ value: Bool) {
        raw(value ? "true" : "false")
    }

    /// `null`
    public mutating func null() {
        raw("null")
    }

    /// A value that is valid JSON already.
    public mutating func raw(_ json: UnsafeRawBufferPointer) {
        comma()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    /// A value that is valid JSON already.
    public mutating func raw(_ json: [UInt8]) {
        comma()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    private mutating func raw(_ json: StaticString) {
        raw(UnsafeRawBufferPointer(start: json.utf8Start, count: json.utf8CodeUnitCount))
    }

    // MARK: Parts

    @inline(__always)
    private mutating func comma() {
        if needsComma { bytes.append(0x2c) }
    }

    private mutating func open(_ bracket: UInt8) {
        comma()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func appendEscaped(_ text: UnsafeRawBufferPointer) {
        guard let base = text.baseAddress else { return }
        var index = 0
        while true {
            let plain = ByteScan.firstSpecial(base, index, text.count)
            bytes.append(
                contentsOf: UnsafeRawBufferPointer(start: base + index, count: plain - index)
            )
            guard plain < text.count else { return }
            appendEscape(text[plain])
            index = plain + 1
        }
    }

    private mutating func appendEscape(_ byte: UInt8) {
        bytes.append(0x5c)
        switch byte {
        case 0x22, 0x5c: bytes.append(byte)
        case 0x08: bytes.append(0x62)
        case 0x0c: bytes.append(0x66)
        case 0x0a: bytes.append(0x6e)
        case 0x0d: bytes.append(0x72)
        case 0x09: bytes.append(0x74)
        default:
            bytes.append(contentsOf: [0x75, 0x30, 0x30, 0x30 + (byte >> 4)])
            let low = byte & 15
            bytes.append(low < 10 ? 0x30 + low : 0x57 + low)
        }
    }

    private mutating func appendDigits(_ value: Int64) {
        if value < 0 { bytes.append(0x2d) }
        var rest = value.magnitude
        let start = bytes.count
        repeat {
            bytes.append(0x30 + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }
}
