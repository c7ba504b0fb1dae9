import LedgerCore

extension TableConformance {
    static let conditionChecks: [TableCheck] = [
        TableCheck("notExists holds once, and returns the row in the way") { trial in
            let first = trial.item(try trial.chunk(0), number: 1)
            try await trial.expectApplied(.put(first, if: .notExists))
            let second = trial.item(first.key, number: 2)
            try await trial.expectRefused(.put(second, if: .notExists), finding: first)
            try await trial.expectRow(first.key, is: first)
        },
        TableCheck("exists holds of a row that is there") { trial in
            let item = trial.item(try trial.chunk(0), number: 1)
            try await trial.expectRefused(.put(item, if: .exists), finding: nil)
            try await trial.expectRow(item.key, is: nil)
            try await trial.put(item)
            let other = trial.item(item.key, number: 2)
            try await trial.expectApplied(.put(other, if: .exists))
            try await trial.expectRow(item.key, is: other)
        },
        TableCheck("a delete has conditions too") { trial in
            let item = trial.item(try trial.chunk(0), number: 1)
            try await trial.put(item)
            let two = Condition.compare(.version, .equal, .number(2))
            try await trial.expectRefused(.delete(item.key, if: two), finding: item)
            let one = Condition.compare(.version, .equal, .number(1))
            try await trial.expectApplied(.delete(item.key, if: one))
            try await trial.expectRefused(.delete(item.key, if: .exists), finding: nil)
            try await trial.expectApplied(.delete(item.key, if: .notExists))
        },
        TableCheck("numbers compare by value") { trial in
            try await compareAll([.number(.min), .number(-10), .number(-9), .number(0)], in: trial)
            try await compareAll(
                [.number(9), .number(10), .number(.max - 1), .number(.max)],
                in: trial
            )
        },
        TableCheck("text compares byte by byte") { trial in
            // U+FF61 sorts above U+10000 by UTF-16 and below by bytes; é composed and not differ.
            try await compareAll(
                ["", "A", "a", "a\0", "aa", "e\u{301}", "\u{e9}", "\u{ff61}", "\u{10000}"]
                    .map(AttributeValue.string),
                in: trial
            )
        },
        TableCheck("bytes compare byte by byte, unsigned") { trial in
            let values: [[UInt8]] = [[], [0], [0, 0], [1], [127], [128], [255], [255, 0]]
            try await compareAll(values.map(AttributeValue.bytes), in: trial)
        },
        TableCheck("a comparison with another type or without attribute is false") { trial in
            let item = trial.item(try trial.chunk(0), number: 5)
            try await trial.put(item)
            for comparison in comparisons {
                for value in [AttributeValue.string("5"), .bytes([5])] {
                    let condition = Condition.compare(.version, comparison, value)
                    try await trial.expectRefused(.put(item, if: condition), finding: item)
                }
                let absent = Condition.compare(.offset, comparison, .number(5))
                try await trial.expectRefused(.put(item, if: absent), finding: item)
            }
        },
        TableCheck("a comparison with a row that is not there is false") { trial in
            let item = trial.item(try trial.chunk(0), number: 5)
            for comparison in comparisons {
                let condition = Condition.compare(.version, comparison, .number(5))
                try await trial.expectRefused(.put(item, if: condition), finding: nil)
            }
            try await trial.expectRow(item.key, is: nil)
        },
        TableCheck("absent holds of a row that lacks the attribute") { trial in
            let item = trial.item(try trial.chunk(0), number: 5)
            try await trial.expectRefused(.put(item, if: .absent(.offset)), finding: nil)
            try await trial.put(item)
            try await trial.expectRefused(.put(item, if: .absent(.version)), finding: item)
            let both = Condition.or([.absent(.version), .absent(.offset)])
            try await trial.expectApplied(.put(item, if: both))
            try await trial.expectApplied(.delete(item.key, if: .absent(.offset)))
        },
        TableCheck("and, or and their nesting") { trial in
            let item = trial.item(try trial.chunk(0), number: 5)
            try await trial.put(item)
            let yes = Condition.compare(.version, .equal, .number(5))
            let no = Condition.compare(.version, .less, .number(5))
            let hold: [Condition] = [
                .and([yes, .exists]), .or([no, yes]), .or([.and([yes, no]), .and([yes, yes])]),
                .or([.notExists, yes]),
            ]
            for condition in hold {
                try await trial.expectApplied(.put(item, if: condition))
            }
            let fail: [Condition] = [
                .and([yes, no]), .or([no, .notExists]), .and([.or([yes, no]), no]),
                .or([.and([yes, no]), .and([no, no])]),
            ]
            for condition in fail {
                try await trial.expectRefused(.put(item, if: condition), finding: item)
            }
        },
        TableCheck("notExists or smaller: the compactor's condition") { trial in
            let key = try trial.latest([1])
            func write(_ offset: Int64) -> Write {
                var item = Item(key)
                item[.offset] = .number(offset)
                let smaller = Condition.compare(.offset, .less, .number(offset))
                return .put(item, if: .or([.notExists, smaller]))
            }
            try await trial.expectApplied(write(5))
            guard case .put(let five) = write(5).operation else { return }
            try await trial.expectRefused(write(5), finding: five)
            try await trial.expectRefused(write(4), finding: five)
            try await trial.expectApplied(write(6))
        },
    ]

    private static let comparisons: [Condition.Comparison] =
        [.less, .lessOrEqual, .equal, .greaterOrEqual, .greater]

    /// Compares every pair of `values`, which are in ascending order, in every way.
    private static func compareAll(_ values: [AttributeValue], in trial: Trial) async throws {
        for (index, value) in values.enumerated() {
            var item = Item(try trial.latest([1]))
            item[.version] = value
            try await trial.put(item)
            for (other, operand) in values.enumerated() {
                for comparison in comparisons {
                    let condition = Condition.compare(.version, comparison, operand)
                    let outcome = try await trial.table.write(.put(item, if: condition))
                    try trial.expectEqual(
                        outcome,
                        holds(comparison, of: index, and: other)
                            ? .applied : .conditionFailed(current: item)
                    )
                }
            }
        }
    }

    private static func holds(
        _ comparison: Condition.Comparison,
        of left: Int,
        and right: Int
    ) -> Bool {
        switch comparison {
        case .less: left < right
        case .lessOrEqual: left <= right
        case .equal: left == right
        case .greaterOrEqual: left >= right
        case .greater: left > right
        }
    }
}
