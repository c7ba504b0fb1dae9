import LedgerCore

extension TableConformance {
    static let transactionChecks: [TableCheck] = [
        TableCheck("a transaction applies puts, deletes and checks together") { trial in
            let rows = try (0..<3).map { trial.item(try trial.chunk($0), number: $0) }
            try await trial.put(rows[1])
            try await trial.put(rows[2])
            let outcome = try await trial.table.transact(
                [
                    .put(rows[0], if: .notExists), .delete(rows[1].key, if: .exists),
                    .check(rows[2].key, if: .exists),
                ],
                token: trial.token
            )
            try trial.expectEqual(outcome, .applied)
            try await trial.expectRow(rows[0].key, is: rows[0])
            try await trial.expectRow(rows[1].key, is: nil)
            try await trial.expectRow(rows[2].key, is: rows[2])
        },
        TableCheck("one failed condition stops all, and each failure is named") { trial in
            let there = trial.item(try trial.chunk(1), number: 1)
            try await trial.put(there)
            let new = trial.item(try trial.chunk(0), number: 0)
            let absent = try trial.chunk(2)
            let outcome = try await trial.table.transact(
                [
                    .put(new, if: .notExists),
                    .put(trial.item(there.key, number: 9), if: .notExists),
                    .check(absent, if: .exists),
                    .delete(try trial.chunk(3)),
                ],
                token: trial.token
            )
            try trial.expectEqual(outcome, .conditionFailed([1: there, 2: nil]))
            try await trial.expectRow(new.key, is: nil)
            try await trial.expectRow(there.key, is: there)
        },
        TableCheck("a transaction's rows may be of different groups") { trial in
            let rows = [
                trial.item(try trial.chunk(0), number: 1),
                trial.item(try trial.latest([1]), number: 2),
                trial.item(.progress(trial.stream, try trial.partition(0)), number: 3),
            ]
            let outcome = try await trial.table.transact(
                rows.map { .put($0, if: .notExists) },
                token: trial.token
            )
            try trial.expectEqual(outcome, .applied)
            for row in rows { try await trial.expectRow(row.key, is: row) }
        },
        TableCheck("a repeated transaction is applied once and answered the same") { trial in
            let token = trial.token
            let writes = [Write.put(trial.item(try trial.chunk(0)), if: .notExists)]
            for _ in 0..<2 {
                let outcome = try await trial.table.transact(writes, token: token)
                try trial.expectEqual(outcome, .applied)
            }
            let again = try await trial.table.transact(writes, token: trial.token)
            try trial.expectEqual(again, .conditionFailed([0: trial.item(try trial.chunk(0))]))
        },
        TableCheck("a transaction of the same row twice is invalid") { trial in
            let key = try trial.chunk(0)
            try await expectInvalid(
                [.put(trial.item(key)), .check(key, if: .notExists)],
                in: trial
            )
            try await trial.expectRow(key, is: nil)
        },
        TableCheck("a transaction of 100 rows is fine, of 101 or none invalid") { trial in
            let writes = try (0..<101).map { Write.put(trial.item(try trial.chunk($0))) }
            try await expectInvalid(writes, in: trial)
            try await expectInvalid([], in: trial)
            try await trial.expectRow(try trial.chunk(0), is: nil)
            let outcome = try await trial.table.transact(
                Array(writes.prefix(100)),
                token: trial.token
            )
            try trial.expectEqual(outcome, .applied)
            try trial.expectEqual(try await trial.rows(Query(try trial.log, limit: 99)).count, 100)
        },
        TableCheck("a transaction of more than 4 MB is invalid") { trial in
            let writes = try (0..<11).map {
                Write.put(trial.item(try trial.chunk($0), bytes: 390 * 1024))
            }
            try await expectInvalid(writes, in: trial)
            try await trial.expectRow(try trial.chunk(0), is: nil)
            let outcome = try await trial.table.transact(
                Array(writes.prefix(10)),
                token: trial.token
            )
            try trial.expectEqual(outcome, .applied)
        },
    ]

    private static func expectInvalid(_ writes: [Write], in trial: Trial) async throws {
        try await trial.expectInvalid { () async throws(TableError) in
            _ = try await trial.table.transact(writes, token: trial.token)
        }
    }

    static let removalChecks: [TableCheck] = [
        TableCheck("batchDelete removes many rows, those not there too") { trial in
            try await trial.putChunks(0..<60)
            let keys = try (0..<50).map { try trial.chunk($0) } + [try trial.chunk(1000)]
            try await trial.table.batchDelete(keys)
            let left = try await trial.rows(Query(try trial.log, limit: 100))
            try trial.expectEqual(left.compactMap { $0.number(.version) }, Array(50..<60))
            try await trial.table.batchDelete([])
        },
        TableCheck("purge removes what has expired, and never from the log") { trial in
            let moment = Timestamp(milliseconds: 1_000_000_500)
            let rows: [(key: TableKey, ttl: Int64?, goes: Bool)] = [
                (try trial.latest([1]), 1_000_000, true), (try trial.latest([2]), 5, true),
                (try trial.latest([3]), 1_000_001, false), (try trial.latest([4]), nil, false),
                (try trial.chunk(0), 5, false),
            ]
            for row in rows {
                var item = trial.item(row.key)
                item[.ttl] = row.ttl.map(AttributeValue.number)
                try await trial.put(item)
            }
            let count = try await trial.table.purgeExpired(before: moment, limit: 1000)
            guard !trial.table.deletesLogByItself else { return try trial.expectEqual(count, 0) }
            try trial.expect(count >= 2, otherwise: "\(count) rows purged")
            for row in rows {
                let isThere = try await trial.table.get(row.key) != nil
                try trial.expect(
                    isThere != row.goes,
                    otherwise: "wrong for ttl \(String(describing: row.ttl))"
                )
            }
        },
        TableCheck("purge keeps to its limit and to the last ttl of a row") { trial in
            guard !trial.table.deletesLogByItself else { return }
            let keys = try (1...6).map { try trial.latest([$0]) }
            for key in keys {
                var item = trial.item(key)
                item[.ttl] = .number(5)
                try await trial.put(item)
            }
            try await trial.put(trial.item(keys[5]))
            let moment = Timestamp(milliseconds: 6000)
            var purged = 0
            while true {
                let count = try await trial.table.purgeExpired(before: moment, limit: 2)
                try trial.expect(count <= 2, otherwise: "\(count) rows purged")
                guard count > 0 else { break }
                purged += count
            }
            try trial.expect(purged >= 5, otherwise: "\(purged) rows purged")
            try await trial.expectRow(keys[5], is: trial.item(keys[5]))
        },
    ]
}
