import Glibc
import LedgerTesting
import Platform
import Testing

@Suite("Files that are read whole")
struct FileContentsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func write(_ bytes: [UInt8]) throws -> String {
        let file = try #require(fopen(folder["file"], "w"))
        defer { fclose(file) }
        try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
        return folder["file"]
    }

    @Test("All bytes are read, or as many as are asked for", arguments: [0, 1, 65_536, 200_000])
    func contents(_ count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 167) }
        let path = try write(bytes)
        #expect(FileContents.read(path) == bytes)
        for most in [0, 1, 64, 65_537] {
            #expect(FileContents.read(path, most: most) == Array(bytes.prefix(most)))
        }
    }

    @Test("The reason why there is nothing to read is the system's")
    func failures() {
        for (path, reason) in [
            (folder["missing"], "No such file or directory"), (folder.path, "Is a directory"),
        ] {
            // The reason is asked for before anything else calls the system.
            let found = FileContents.read(path).map { _ in "read" } ?? lastSystemError()
            #expect(found == reason)
        }
    }

    @Test("A variable that is not set has no value")
    func variables() {
        #expect(ProcessEnvironment.value("PATH")?.isEmpty == false)
        #expect(ProcessEnvironment.value("EVENTLEDGER_NOBODY_SETS_THIS") == nil)
    }
}
