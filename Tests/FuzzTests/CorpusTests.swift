import Foundation
package import LedgerFuzz
import Testing

/// Every input that is kept, among them every one that once crashed, given to its target.
@Suite("Fuzz corpus", .serialized)
struct CorpusTests {
    private static let corpus = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fuzz/corpus")

    @Test("No kept input crashes its target", arguments: FuzzTarget.all)
    func corpus(_ target: FuzzTarget) async throws {
        let inputs = try FileManager.default.contentsOfDirectory(
            at: Self.corpus.appending(path: target.name),
            includingPropertiesForKeys: nil
        )
        #expect(!inputs.isEmpty)
        for input in inputs {
            let bytes = try [UInt8](Data(contentsOf: input))
            #expect(bytes.count <= target.longest, "\(input.lastPathComponent) is never tried")
            await Self.run(target, on: bytes)
        }
    }

    /// On a thread of its own, since a target blocks until its subject is done.
    private static func run(_ target: FuzzTarget, on input: [UInt8]) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                target.run(input)
                continuation.resume()
            }
        }
    }

    @Test("Every folder of the corpus belongs to a target")
    func folders() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpus.path)
            .filter { $0 != "dictionary.txt" }
        #expect(Set(folders) == Set(FuzzTarget.all.map(\.name)))
    }
}

extension FuzzTarget: CustomTestStringConvertible {
    /// The name of the target, which tells its cases apart.
    package var testDescription: String { name }
}
