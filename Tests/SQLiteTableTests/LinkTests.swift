import Glibc
import LedgerCore
import LedgerTesting
import SQLiteTable
import Testing

/// One file by several names.
@Suite struct LinkTests {
    @Test func aSecondTableThroughALinkToTheFileIsRefused() async throws {
        try await withTable { _, folder in
            try #require(symlink("ledger.sqlite", folder["other.sqlite"]) == 0)
            #expect(throws: SQLiteOpenError.inUse(path: folder.file + ".lock")) {
                try SQLiteTable.open(path: folder["other.sqlite"])
            }
        }
    }

    @Test func aSecondTableThroughALinkToTheFolderIsRefused() async throws {
        let links = try TemporaryFolder()
        try await withTable { _, folder in
            try #require(symlink(folder.path, links["data"]) == 0)
            let other = links["data/ledger.sqlite"]
            #expect(throws: SQLiteOpenError.inUse(path: folder.file + ".lock")) {
                try SQLiteTable.open(path: other)
            }
            #expect(throws: SQLiteOpenError.self) { try SQLiteClaim(path: other) }
        }
    }

    @Test func aNewFileBehindALinkIsMadeWhereTheLinkLeads() async throws {
        let (folder, links) = (try TemporaryFolder(), try TemporaryFolder())
        try #require(symlink(folder.file, links["ledger.sqlite"]) == 0)
        let table = try SQLiteTable.open(path: links["ledger.sqlite"])
        #expect(throws: SQLiteOpenError.inUse(path: folder.file + ".lock")) {
            try SQLiteTable.open(path: folder.file)
        }
        await table.close()
        #expect(folder.names == ["ledger.sqlite", "ledger.sqlite.lock"])
        #expect(links.names == ["ledger.sqlite"])
    }

    @Test func linksInACircleAreRefused() throws {
        let folder = try TemporaryFolder()
        try #require(symlink("b", folder["a"]) == 0)
        try #require(symlink("a", folder["b"]) == 0)
        #expect { try SQLiteTable.open(path: folder["a"]) } throws: { error in
            guard case SQLiteOpenError.cannotOpen = error else { return false }
            return true
        }
    }

    @Test func aFileWithTwoNamesIsRefusedByEither() async throws {
        let folder = try TemporaryFolder()
        await (try SQLiteTable.open(path: folder.file)).close()
        let other = folder["other.sqlite"]
        try #require(link(folder.file, other) == 0)
        for path in [folder.file, other] {
            #expect(throws: SQLiteOpenError.linked(path: path, names: 2)) {
                try SQLiteTable.open(path: path)
            }
        }
        try #require(unlink(other) == 0)
        await (try SQLiteTable.open(path: folder.file)).close()
    }
}
