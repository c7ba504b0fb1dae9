import Testing

@Suite("Sizes")
struct SizeTests {
    private static let longestFile = 500

    @Test("No Swift file of the product is too long", arguments: ["Shared", "Server", "CLI"])
    func files(in folder: String) throws {
        let files = try Project.swiftFiles(below: folder)
        #expect(!files.isEmpty)
        for file in files {
            let lines = try Project.text(file).split(
                separator: "\n",
                omittingEmptySubsequences: false
            )
            // The line end of the last line makes one more part.
            let count = lines.count - 1
            #expect(count <= Self.longestFile, "\(file):\(count): over \(Self.longestFile) lines")
        }
    }
}
