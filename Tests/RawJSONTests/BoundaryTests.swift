import RawJSON
import Testing

/// Pieces of larger buffers: what lies after the end is nobody's business.
@Suite("Ends of buffers")
struct BoundaryTests {
    @Test("Text of every length is written up to its end", arguments: ["x", "\"", "é"])
    func written(_ after: String) {
        for length in 0..<40 {
            let text = String(repeating: "a", count: length)
            let buffer = Array((text + String(repeating: after, count: 40)).utf8)
            var writer = JSONWriter()
            writer.string(utf8: buffer[..<length])
            #expect(writer.finish() == Array("\"\(text)\"".utf8))
        }
    }

    @Test("A document of every length is read up to its end", arguments: ["\"", "x\"", "é", "\\"])
    func read(_ after: String) {
        for length in 0..<40 {
            let text = "\"" + String(repeating: "a", count: length)
            let buffer = Array((text + String(repeating: after, count: 40)).utf8)
            buffer.withUnsafeBytes { bytes in
                let piece = UnsafeRawBufferPointer(rebasing: bytes[...length])
                let found = error {
                    var reader = try JSONReader(piece, maximumDepth: 0)
                    _ = try reader.skipValue()
                }
                #expect(found == JSONError(.unexpectedEnd, at: length + 1))
            }
        }
    }
}
