import LedgerCore

extension TableConformance {
    static let keyChecks: [TableCheck] = [
        TableCheck("keys of any bytes of UTF-8 are kept apart and sort by bytes") { trial in
            let keys = try oddKeys.map { try trial.latest($0) }
            for (index, key) in keys.enumerated() {
                try await trial.put(trial.item(key, number: Int64(index)))
            }
            for (index, key) in keys.enumerated() {
                try await trial.expectRow(key, is: trial.item(key, number: Int64(index)))
            }
            let found = try await trial.rows(Query(try trial.state, limit: 7))
            let sorted = oddKeys.sorted { $0.lexicographicallyPrecedes($1) }
            try trial.expectEqual(found.map(\.key.sortKey), sorted)
            let back = try await trial.rows(Query(try trial.state, order: .descending, limit: 7))
            try trial.expectEqual(back.map(\.key.sortKey), sorted.reversed())
        },
        TableCheck("groups whose names begin alike share no row") { trial in
            let one = RowGroup.log(trial.stream, try trial.partition(1))
            let twelve = RowGroup.log(trial.stream, try trial.partition(12))
            let zero = Offset.zero
            let rows = [
                trial.item(.chunk(trial.stream, try trial.partition(1), zero), number: 1),
                trial.item(.chunk(trial.stream, try trial.partition(12), zero), number: 12),
                trial.item(.progress(trial.stream, try trial.partition(1)), number: 3),
            ]
            for row in rows { try await trial.put(row) }
            for (group, row) in [(one, rows[0]), (twelve, rows[1])] {
                for order in [Query.Order.ascending, .descending] {
                    let page = try await trial.table.query(Query(group, order: order, limit: 9))
                    try trial.expectEqual(page.items, [row])
                }
            }
        },
    ]

    private static let oddKeys: [[UInt8]] =
        [
            "a", "a\0", "a\0b", "ab", "aa", "A", "%", "a%", "_", "'", "\"", "\n", "\0", "\0\0", "#",
            "\u{7f}", "é", "e\u{301}", "日本", "🎈", " ", "a b", "\u{10ffff}", "\u{ff61}",
        ].map { Array($0.utf8) } + [
            [UInt8](repeating: 0x78, count: 511), [UInt8](repeating: 0x78, count: 512),
            [UInt8](repeating: 0, count: 512),
        ]

    static let queryChecks: [TableCheck] = [
        TableCheck("an empty group is an empty page without continuation") { trial in
            for order in [Query.Order.ascending, .descending] {
                let page = try await trial.table.query(Query(try trial.log, order: order, limit: 5))
                try trial.expectEqual(page, QueryPage(items: [], next: nil))
            }
        },
        TableCheck("bounds are inclusive, in both orders") { trial in
            try await trial.putChunks([1, 3, 5, 7, 9])
            let cases: [(Int64?, Int64?, [Int64])] = [
                (nil, nil, [1, 3, 5, 7, 9]), (3, nil, [3, 5, 7, 9]), (nil, 7, [1, 3, 5, 7]),
                (3, 7, [3, 5, 7]), (2, 8, [3, 5, 7]), (5, 5, [5]), (4, 4, []), (7, 3, []),
                (10, nil, []), (nil, 0, []),
            ]
            for (lower, upper, expected) in cases {
                for order in [Query.Order.ascending, .descending] {
                    let found = try await offsets(
                        in: trial,
                        from: lower,
                        through: upper,
                        order: order,
                        limit: 10
                    )
                    try trial.expectEqual(
                        found,
                        order == .ascending ? expected : expected.reversed()
                    )
                }
            }
        },
        TableCheck("offsets sort as numbers") { trial in
            let all: [Int64] = [0, 1, 9, 10, 99, 100, 1 << 32, .max]
            try await trial.putChunks(all.shuffled())
            try trial.expectEqual(try await offsets(in: trial, order: .ascending, limit: 20), all)
        },
        TableCheck("pages of any limit make up the whole, in both orders") { trial in
            try await trial.putChunks(0..<20)
            for limit in [1, 2, 3, 7, 19, 20, 21] {
                for order in [Query.Order.ascending, .descending] {
                    let query = Query(try trial.log, order: order, limit: limit)
                    let found = try await trial.rows(query).compactMap { $0.number(.version) }
                    let all = order == .ascending ? Array(0..<20) : (0..<20).reversed()
                    try trial.expectEqual(found, all.map(Int64.init))
                }
            }
        },
        TableCheck("after is exclusive and need not exist") { trial in
            try await trial.putChunks([1, 3, 5, 7])
            let cases: [(Int64, Query.Order, [Int64])] = [
                (3, .ascending, [5, 7]), (4, .ascending, [5, 7]), (0, .ascending, [1, 3, 5, 7]),
                (7, .ascending, []), (8, .ascending, []), (5, .descending, [3, 1]),
                (4, .descending, [3, 1]), (9, .descending, [7, 5, 3, 1]), (1, .descending, []),
            ]
            for (after, order, expected) in cases {
                let found = try await offsets(in: trial, after: after, order: order, limit: 10)
                try trial.expectEqual(found, expected)
            }
        },
        TableCheck("after and bounds hold together") { trial in
            try await trial.putChunks(0..<10)
            let up = try await offsets(
                in: trial,
                from: 3,
                through: 7,
                after: 4,
                order: .ascending,
                limit: 10
            )
            try trial.expectEqual(up, [5, 6, 7])
            let down = try await offsets(
                in: trial,
                from: 3,
                through: 7,
                after: 5,
                order: .descending,
                limit: 10
            )
            try trial.expectEqual(down, [4, 3])
        },
        TableCheck("a reverse query of one row finds the tail") { trial in
            try await trial.putChunks([0, 100, 2000])
            let found = try await offsets(in: trial, order: .descending, limit: 1)
            try trial.expectEqual(found, [2000])
        },
        TableCheck("a page holds at most 1 MB, and the rest follows") { trial in
            for offset in 0..<Int64(30) {
                try await trial.put(trial.item(try trial.chunk(offset), bytes: 100_000))
            }
            for order in [Query.Order.ascending, .descending] {
                let query = Query(try trial.log, order: order, limit: 100)
                let page = try await trial.table.query(query)
                let bytes = page.items.reduce(0) { $0 + $1.storedBytes }
                try trial.expect(bytes <= 1 << 20, otherwise: "a page of \(bytes) bytes")
                try trial.expect(
                    page.items.count >= 9,
                    otherwise: "a page of \(page.items.count) rows"
                )
                try trial.expect(page.next != nil, otherwise: "no continuation")
                try trial.expectEqual(try await trial.rows(query).count, 30)
            }
        },
        TableCheck("a query for no row is invalid") { trial in
            let query = Query(try trial.log, limit: 0)
            try await trial.expectInvalid { () async throws(TableError) in
                _ = try await trial.table.query(query)
            }
        },
    ]

    private static func offsets(
        in trial: Trial,
        from lower: Int64? = nil,
        through upper: Int64? = nil,
        after: Int64? = nil,
        order: Query.Order,
        limit: Int
    ) async throws -> [Int64] {
        let page = try await trial.table.query(
            Query(
                try trial.log,
                from: try lower.map { try trial.chunk($0).sortKey },
                through: try upper.map { try trial.chunk($0).sortKey },
                after: try after.map { try trial.chunk($0).sortKey },
                order: order,
                limit: limit
            )
        )
        return page.items.compactMap { $0.number(.version) }
    }
}
