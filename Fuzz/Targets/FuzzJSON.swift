import Foundation
import RawJSON

/// Deep enough for what is compared, and far from where Foundation gives up.
private let maximumDepth = 128

/// The reader of JSON: what it passes can be read piece by piece, and Foundation agrees.
func fuzzJSON(_ input: [UInt8]) {
    let isValid = input.withUnsafeBytes(passes)
    if isValid { input.withUnsafeBytes(walk) }
    compareWithFoundation(input, isValid: isValid)
}

private func passes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    do throws(JSONError) {
        var reader = try JSONReader(bytes, maximumDepth: maximumDepth)
        let range = try reader.skipValue()
        require(range.lowerBound >= 0 && range.upperBound <= bytes.count)
        try reader.end()
        return true
    } catch {
        return false
    }
}

/// Reads piece by piece what was passed as a whole.
private func walk(_ bytes: UnsafeRawBufferPointer) {
    do throws(JSONError) {
        var reader = try JSONReader(bytes, maximumDepth: maximumDepth)
        try walkValue(&reader)
        try reader.end()
    } catch {
        fatalError("passed as a whole, but not piece by piece: \(error)")
    }
}

private func walkValue(_ reader: inout JSONReader) throws(JSONError) {
    switch try reader.kind() {
    case .object:
        try reader.members { name, reader throws(JSONError) in
            checkText(name, by: reader)
            try walkValue(&reader)
            return true
        }
    case .array:
        try reader.elements { reader throws(JSONError) in try walkValue(&reader) }
    case .string: checkText(try reader.string(), by: reader)
    case .number: checkNumber(try reader.number(), by: reader)
    case .true, .false: _ = try reader.boolean()
    case .null: try reader.null()
    }
}

/// A string's text is UTF-8 that survives being written and read again, unless a surrogate in it
/// stands alone.
private func checkText(_ string: JSONString, by reader: JSONReader) {
    var text: [UInt8] = []
    do throws(JSONError) {
        try reader.unescape(string, into: &text)
    } catch {
        require(error.kind == .loneSurrogate, otherwise: "a string that was passed: \(error)")
        return
    }
    require(String(validating: text, as: UTF8.self) != nil, otherwise: "text that is no UTF-8")
    var writer = JSONWriter()
    writer.string(utf8: text)
    let again = writer.finish()
    let same = again.withUnsafeBytes { bytes in
        var reader = JSONReader(validated: bytes, maximumDepth: 0)
        return (try? reader.stringBytes()) == text
    }
    require(same, otherwise: "text that is another one when written and read again")
}

/// A number that is whole has the value that its digits have.
private func checkNumber(_ number: JSONNumber, by reader: JSONReader) {
    let text = String(decoding: reader.raw(number.range), as: UTF8.self)
    if let value = Int64(text) {
        require(number.integer == value, otherwise: "\(text) was read as \(number.integer ?? -1)")
    }
}

/// Foundation reads other encodings too, limits numbers, is strict with surrogates and takes a comma
/// before a closing bracket: then there is nothing to compare.
private func compareWithFoundation(_ input: [UInt8], isValid: Bool) {
    guard !input.contains(0), !input.starts(with: [0xEF, 0xBB, 0xBF]),
        !input.contains(UInt8(ascii: "\\")), !input.contains(0xFE), !input.contains(0xFF),
        digitsAreFew(input), depth(input) < maximumDepth, !hasTrailingComma(input)
    else { return }
    let other = try? JSONSerialization.jsonObject(with: Data(input), options: .fragmentsAllowed)
    require(
        isValid == (other != nil),
        otherwise: "RawJSON says \(isValid), Foundation says \(other != nil)"
    )
}

private func digitsAreFew(_ input: [UInt8]) -> Bool {
    input.split { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        .allSatisfy { $0.count < 3 }
}

private func hasTrailingComma(_ input: [UInt8]) -> Bool {
    let text = input.filter { !" \t\n\r".utf8.contains($0) }
    return zip(text, text.dropFirst()).contains {
        $0 == UInt8(ascii: ",") && "]}".utf8.contains($1)
    }
}

/// At most how many arrays and objects lie within each other.
private func depth(_ input: [UInt8]) -> Int {
    input.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
}
