import LedgerBytes
import LedgerCore

extension TableConformance {
    static let singleRowChecks: [TableCheck] = [
        TableCheck("a row that was never written is not there") { trial in
            try await trial.expectRow(try trial.chunk(0), is: nil)
        },
        TableCheck("a row comes back with every attribute") { trial in
            var item = Item(try trial.chunk(0))
            item[.count] = .number(-7)
            item[.start] = .string("{\"timestamp\": \"naïve 🎈\"}")
            item[.batch] = .bytes([0, 1, 254, 255])
            try await trial.put(item)
            try await trial.expectRow(item.key, is: item)
        },
        TableCheck("a row without attributes is a row") { trial in
            let item = Item(try trial.chunk(0))
            try await trial.put(item)
            try await trial.expectRow(item.key, is: item)
        },
        TableCheck("a put replaces the whole row") { trial in
            let key = try trial.chunk(0)
            var old = trial.item(key, number: 1)
            old[.hash] = .bytes([1])
            try await trial.put(old)
            var new = Item(key)
            new[.append] = .string("x")
            try await trial.put(new)
            try await trial.expectRow(key, is: new)
        },
        TableCheck("a delete removes one row, and one that is not there is no error") { trial in
            try await trial.putChunks([0, 1])
            try await trial.expectApplied(.delete(try trial.chunk(0)))
            try await trial.expectApplied(.delete(try trial.chunk(0)))
            try await trial.expectRow(try trial.chunk(0), is: nil)
            try await trial.expectRow(
                try trial.chunk(1),
                is: trial.item(try trial.chunk(1), number: 1)
            )
        },
        TableCheck("a check outside of a transaction is invalid") { trial in
            let write = Write.check(try trial.chunk(0), if: .notExists)
            try await trial.expectInvalid { () async throws(TableError) in
                _ = try await trial.table.write(write)
            }
        },
        TableCheck("every kind of row can be written and read") { trial in
            for key in try allKinds(trial) {
                let item = trial.item(key, number: 5)
                try await trial.put(item)
                try await trial.expectRow(key, is: item)
                let page = try await trial.table.query(
                    Query(key.group, from: key.sortKey, through: key.sortKey, limit: 2)
                )
                try trial.expectEqual(page.items, [item])
                try await trial.expectApplied(.delete(key))
                try await trial.expectRow(key, is: nil)
            }
        },
    ]

    private static func allKinds(_ trial: Trial) throws -> [TableKey] {
        let sid = trial.stream
        let sub = SubscriptionIncarnation(high: sid.low, low: sid.high)
        let partition = try trial.partition(99)
        let name = "n" + sid.hex
        let hash = SHA256.digest(sid.bytes)
        return [
            .stream(try trial.unwrap(StreamID(name))), try trial.chunk(Int64.max),
            .progress(sid, partition), try trial.latest([0]),
            .subscription(sid, try trial.unwrap(SubscriptionID(name))),
            .position(stream: sid, subscription: sub, partition),
            .idempotency(sid, keyHash: hash, partition), .apiKey(APIKeyID(rawValue: sid.high)),
            .deletion(stream: sid, subscription: nil),
            .deletion(stream: sid, subscription: sub), .streamName(sid),
            .ring(sid, partition),
        ]
    }

    static let valueChecks: [TableCheck] = [
        TableCheck("numbers keep their extremes") { trial in
            let numbers: [Int64] = [.min, -1, 0, 1, 1 << 53 + 1, .max]
            for (index, number) in numbers.enumerated() {
                let item = trial.item(try trial.chunk(Int64(index)), number: number)
                try await trial.put(item)
                try await trial.expectRow(item.key, is: item)
            }
        },
        TableCheck("empty text and empty bytes are values") { trial in
            var item = Item(try trial.chunk(0))
            item[.start] = .string("")
            item[.batch] = .bytes([])
            try await trial.put(item)
            try await trial.expectRow(item.key, is: item)
        },
        TableCheck("text keeps its bytes, composed or not") { trial in
            for (index, text) in ["\u{e9}", "e\u{301}", "a\0b", "\u{10ffff}"].enumerated() {
                var item = Item(try trial.chunk(Int64(index)))
                item[.start] = .string(text)
                try await trial.put(item)
                let found = try await trial.table.get(item.key)?.string(.start)
                try trial.expectEqual(found.map { Array($0.utf8) }, Array(text.utf8))
            }
        },
        TableCheck("a row of 399 KB comes back byte for byte") { trial in
            let item = trial.item(try trial.chunk(0), bytes: 399 * 1024)
            try await trial.put(item)
            try await trial.expectRow(item.key, is: item)
            try await trial.expectRefused(.put(Item(item.key), if: .notExists), finding: item)
        },
        TableCheck("a row of more than 400 KB is invalid") { trial in
            let item = trial.item(try trial.chunk(0), bytes: 400 * 1024)
            try await trial.expectInvalid { () async throws(TableError) in
                _ = try await trial.table.write(.put(item))
            }
            try await trial.expectRow(item.key, is: nil)
        },
    ]
}
