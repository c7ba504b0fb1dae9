import LedgerCore

extension TableConformance {
    static let concurrencyChecks: [TableCheck] = [
        TableCheck("of racing conditional puts exactly one wins") { trial in
            for round in 0..<Int64(trial.effort.rounds) {
                let key = try trial.chunk(round)
                let outcomes = try await trial.race(trial.effort.tasks) { index in
                    let item = trial.item(key, number: Int64(index))
                    return (index, try await trial.table.write(.put(item, if: .notExists)))
                }
                let winners = outcomes.filter { $0.1 == .applied }
                try trial.expectEqual(winners.count, 1)
                let winner = trial.item(key, number: Int64(winners[0].0))
                for (_, outcome) in outcomes where outcome != .applied {
                    try trial.expectEqual(outcome, .conditionFailed(current: winner))
                }
                try await trial.expectRow(key, is: winner)
            }
        },
        TableCheck("racing compare-and-set steps are all counted") { trial in
            let key = try trial.chunk(0)
            try await trial.put(trial.item(key, number: 0))
            let steps = 4
            _ = try await trial.race(trial.effort.tasks / 4) { _ in
                for _ in 0..<steps { try await increment(key, in: trial) }
            }
            let total = Int64(trial.effort.tasks / 4 * steps)
            try await trial.expectRow(key, is: trial.item(key, number: total))
        },
        TableCheck("racing appends leave no hole and no overlap") { trial in
            let tasks = trial.effort.tasks / 4
            _ = try await trial.race(tasks) { index in
                for _ in 0..<3 { try await append(by: Int64(index), in: trial) }
            }
            let rows = try await trial.rows(Query(try trial.log, limit: 1000))
            let expected = try (0..<Int64(tasks * 3)).map { try trial.chunk($0).sortKey }
            try trial.expectEqual(rows.map(\.key.sortKey), expected)
        },
        TableCheck("of overlapping transactions one wins, whole") { trial in
            for round in 0..<trial.effort.rounds {
                let base = Int64(round) * 1000
                // Each takes two neighbouring rows, so neighbours exclude each other.
                let outcomes = try await trial.race(trial.effort.tasks) { index in
                    let first = base + Int64(index % 8)
                    let writes = try [first, first + 1].map {
                        Write.put(
                            trial.item(try trial.chunk($0), number: Int64(index)),
                            if: .notExists
                        )
                    }
                    return (index, try await trial.table.transact(writes, token: trial.token))
                }
                var expected: [Item] = []
                for (index, outcome) in outcomes where outcome == .applied {
                    let first = base + Int64(index % 8)
                    for offset in [first, first + 1] {
                        expected.append(trial.item(try trial.chunk(offset), number: Int64(index)))
                    }
                }
                let from = try trial.chunk(base).sortKey
                let found = try await trial.rows(Query(try trial.log, from: from, limit: 100))
                try trial.expectEqual(Set(found), Set(expected))
                try trial.expectEqual(found.count, expected.count)
                try trial.expect(!found.isEmpty, otherwise: "nobody won")
            }
        },
        TableCheck("an answered write is seen by every task") { trial in
            let rounds = trial.effort.rounds
            _ = try await trial.race(trial.effort.tasks / 8) { index in
                let key = TableKey.progress(trial.stream, try trial.partition(index))
                for version in 0..<Int64(rounds) {
                    try await trial.put(trial.item(key, number: version))
                    let seen = try await Task.detached {
                        let page = try await trial.table.query(
                            Query(key.group, from: key.sortKey, through: key.sortKey, limit: 1)
                        )
                        return (try await trial.table.get(key), page.items.first)
                    }.value
                    try trial.expectEqual(seen.0, trial.item(key, number: version))
                    try trial.expectEqual(seen.1, trial.item(key, number: version))
                }
            }
        },
        TableCheck("a reader never sees half of a transaction") { trial in
            let keys = [try trial.chunk(0), try trial.chunk(1)]
            let group = try trial.log
            let rounds = Int64(trial.effort.rounds)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    for version in 0..<rounds {
                        let writes = keys.map { Write.put(trial.item($0, number: version)) }
                        _ = try await trial.table.transact(writes, token: trial.token)
                    }
                }
                tasks.addTask {
                    for _ in 0..<rounds {
                        let page = try await trial.table.query(Query(group, limit: 2))
                        let versions = Set(page.items.map { $0.number(.version) })
                        let isWhole = page.items.count != 1 && versions.count <= 1
                        // DynamoDB's queries do not promise this; they may tear.
                        try trial.expect(
                            isWhole || trial.table.deletesLogByItself,
                            otherwise: "torn"
                        )
                    }
                }
                try await tasks.waitForAll()
            }
        },
    ]

    /// Counts a row's number up by one, as often as it takes.
    private static func increment(_ key: TableKey, in trial: Trial) async throws {
        while true {
            let version = try trial.unwrap(try await trial.table.get(key)?.number(.version))
            let outcome = try await trial.table.write(
                .put(
                    trial.item(key, number: version + 1),
                    if: .compare(.version, .equal, .number(version))
                )
            )
            if outcome == .applied { return }
        }
    }

    /// Appends a row behind the last one, as often as it takes.
    private static func append(by author: Int64, in trial: Trial) async throws {
        while true {
            let query = Query(try trial.log, order: .descending, limit: 1)
            let tail = try await trial.table.query(query).items.first?.key.sortKey
            let next = Int64(tail.map { String(decoding: $0, as: UTF8.self) } ?? "-1") ?? -1
            let item = trial.item(try trial.chunk(next + 1), number: author)
            if try await trial.table.write(.put(item, if: .notExists)) == .applied { return }
        }
    }
}
