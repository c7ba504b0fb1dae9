import CSQLite
import Glibc
import LedgerCore
import LedgerTesting
import SQLiteTable
import Testing

@Suite struct OpeningTests {
    @Test("Rows survive closing and opening")
    func reopening() async throws {
        let folder = try TemporaryFolder()
        let item = Sample.item(try Sample.chunk(0), bytes: 300_000)
        for round in 0..<3 {
            let table = try SQLiteTable.open(path: folder.file)
            let outcome = try await table.write(.put(item, if: .notExists))
            #expect(outcome == (round == 0 ? .applied : .conditionFailed(current: item)))
            #expect(try await table.get(item.key) == item)
            await table.close()
        }
        #expect(folder.names == ["ledger.sqlite", "ledger.sqlite.lock"])
    }

    @Test("Writes that were answered are in a copy that was taken without closing")
    func copy() async throws {
        try await withTable { table, folder in
            for offset in 0..<Int64(20) {
                let item = Sample.item(try Sample.chunk(offset), bytes: 40_000)
                _ = try await table.write(.put(item))
            }
            // The files that a crash of the process would leave behind.
            let copy = try TemporaryFolder()
            for suffix in ["", "-wal"] {
                let bytes = try readFile(folder.file + suffix)
                try writeFile(copy.file + suffix, holding: bytes)
            }
            let recovered = try SQLiteTable.open(path: copy.file)
            let group = try Sample.chunk(0).group
            #expect(try await recovered.query(Query(group, limit: 100)).items.count == 20)
            await recovered.close()
        }
    }

    @Test("The files can be read by their owner alone")
    func modes() async throws {
        let before = umask(0)
        defer { umask(before) }
        try await withTable { table, folder in
            _ = try await table.write(.put(Sample.item(try Sample.chunk(0))))
            let names = folder.names
            #expect(names.count == 4)
            for name in names { #expect(folder.mode(name) == 0o600, "\(name)") }
        }
    }

    @Test("A second table on the same file is refused")
    func secondTable() async throws {
        try await withTable { _, folder in
            #expect(throws: SQLiteOpenError.inUse(path: folder.file + ".lock")) {
                try SQLiteTable.open(path: folder.file)
            }
        }
    }

    @Test("A file can be opened again after closing")
    func closing() async throws {
        let folder = try TemporaryFolder()
        let first = try SQLiteTable.open(path: folder.file)
        await first.close()
        let second = try SQLiteTable.open(path: folder.file)
        await second.close()
    }

    @Test("Another process is kept out until the table is closed")
    func otherProcess() async throws {
        try await withTable { table, folder in
            let whileOpen = try runFlock(on: folder.file + ".lock")
            #expect(whileOpen == 1)
            await table.close()
            let afterwards = try runFlock(on: folder.file + ".lock")
            #expect(afterwards == 0)
        }
    }

    @Test("A file that another process holds is refused, and not touched")
    func heldFile() async throws {
        let folder = try TemporaryFolder()
        let child = try LockHolder(path: folder.file + ".lock")
        #expect(throws: SQLiteOpenError.inUse(path: folder.file + ".lock")) {
            try SQLiteTable.open(path: folder.file)
        }
        #expect(folder.size("") == nil, "a refused opener must not touch the file")
        child.end()
        await (try SQLiteTable.open(path: folder.file)).close()
    }

    @Test("A file of a newer format is refused")
    func newerFormat() async throws {
        let folder = try TemporaryFolder()
        await (try SQLiteTable.open(path: folder.file)).close()
        try execute("PRAGMA user_version=3", on: folder.file)
        #expect(
            throws: SQLiteOpenError.newerVersion(path: folder.file, found: 3, supported: 2)
        ) {
            try SQLiteTable.open(path: folder.file)
        }
    }

    @Test("A file of the first format is read, and continued in the present one")
    func firstFormat() async throws {
        let folder = try TemporaryFolder()
        let first = try SQLiteTable.open(path: folder.file)
        let old = try Sample.chunk(0)
        _ = try await first.write(.put(Sample.item(old)))
        await first.close()
        // Its rows had no checksum; this one is {v: 7}.
        try execute(
            "UPDATE items SET v=x'01010001760700000000000000'; PRAGMA user_version=1",
            on: folder.file
        )
        let table = try SQLiteTable.open(path: folder.file)
        #expect(try await table.get(old)?.number(.version) == 7)
        let new = Sample.item(try Sample.chunk(1))
        _ = try await table.write(.put(new))
        await table.close()
        let header = try readFile(folder.file)
        #expect(header[60..<64].elementsEqual([0, 0, 0, 2]), "the format that it has now")
        let again = try SQLiteTable.open(path: folder.file)
        #expect(try await again.query(Query(old.group, limit: 5)).items.count == 2)
        await again.close()
    }

    @Test("Another application's database is refused, and left as it is")
    func foreignDatabase() async throws {
        let folder = try TemporaryFolder()
        try writeFile(folder.file, holding: [])
        try execute("CREATE TABLE mine(x)", on: folder.file)
        let before = try readFile(folder.file)
        #expect { try SQLiteTable.open(path: folder.file) } throws: { error in
            guard case SQLiteOpenError.notOurs = error else { return false }
            return true
        }
        #expect(try readFile(folder.file) == before)
    }

    @Test("A file that is no database is refused, and left as it is")
    func noDatabase() async throws {
        for content in [[1], Array("{\"events\": []}".utf8), [UInt8](repeating: 0, count: 8192)] {
            let folder = try TemporaryFolder()
            try writeFile(folder.file, holding: content)
            #expect { try SQLiteTable.open(path: folder.file) } throws: { error in
                guard case SQLiteOpenError.notOurs = error else { return false }
                return true
            }
            #expect(try readFile(folder.file) == content)
        }
    }

    @Test("A file that was cut off is refused", arguments: [100, 2000, 4096, 8192])
    func truncatedFile(_ length: Int) async throws {
        let folder = try TemporaryFolder()
        let table = try SQLiteTable.open(path: folder.file)
        for offset in 0..<Int64(10) {
            _ = try await table.write(.put(Sample.item(try Sample.chunk(offset), bytes: 5000)))
        }
        await table.close()
        try writeFile(folder.file, holding: Array(try readFile(folder.file).prefix(length)))
        #expect { try SQLiteTable.open(path: folder.file) } throws: { error in
            guard case SQLiteOpenError.corrupt = error else { return false }
            return true
        }
    }

    @Test("A file that another program has locked is refused")
    func lockedFile() async throws {
        let folder = try TemporaryFolder()
        await (try SQLiteTable.open(path: folder.file)).close()
        let foreign = try Foreign(folder.file)
        try foreign.execute("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE")
        #expect(throws: SQLiteOpenError.locked(path: folder.file)) {
            var options = SQLiteOptions()
            options.lockPatience = .zero
            _ = try SQLiteTable.open(path: folder.file, options: options)
        }
        foreign.close()
        await (try SQLiteTable.open(path: folder.file)).close()
    }

    @Test("A file in a folder that is not there is refused")
    func noFolder() async throws {
        let folder = try TemporaryFolder()
        #expect { try SQLiteTable.open(path: folder.path + "/no/ledger.sqlite") } throws: { error in
            guard case SQLiteOpenError.cannotOpen = error else { return false }
            return true
        }
    }
}

/// One file by several names.
@Suite struct LinkTests {
    @Test("A second table through a link to the file is refused")
    func linkToFile() async throws {
        try await withTable { _, folder in
            try #require(symlink("ledger.sqlite", folder["other.sqlite"]) == 0)
            #expect(throws: SQLiteOpenError.inUse(path: folder.file + ".lock")) {
                try SQLiteTable.open(path: folder["other.sqlite"])
            }
        }
    }

    @Test("A second table through a link to the folder is refused")
    func linkToFolder() async throws {
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

    @Test("A new file behind a link is made where the link leads")
    func newFile() async throws {
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

    @Test("Links in a circle are refused")
    func circle() throws {
        let folder = try TemporaryFolder()
        try #require(symlink("b", folder["a"]) == 0)
        try #require(symlink("a", folder["b"]) == 0)
        #expect { try SQLiteTable.open(path: folder["a"]) } throws: { error in
            guard case SQLiteOpenError.cannotOpen = error else { return false }
            return true
        }
    }

    @Test("A file with two names is refused by either of them")
    func twoNames() async throws {
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
