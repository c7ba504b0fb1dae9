package import LedgerCore

/// One call of a table, as a plan of faults sees it.
package struct TableCall: Hashable, Sendable {
    /// Which operation.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// ``Table/get(_:)``
        case get
        /// ``Table/query(_:)``
        case query
        /// ``Table/write(_:decided:)``
        case write
        /// ``Table/transact(_:token:decided:)``
        case transact
        /// ``Table/batchDelete(_:)``
        case batchDelete
        /// ``Table/purgeExpired(before:limit:)``
        case purge

        /// Whether it changes nothing.
        package var isRead: Bool { self == .get || self == .query }
    }

    /// The how-manieth call of the table it is, from 0.
    package let index: Int
    /// Which operation.
    package let kind: Kind
    /// The groups of the rows concerned, in the call's order.
    package let groups: [RowGroup]

    /// A call.
    package init(index: Int, kind: Kind, groups: [RowGroup]) {
        self.index = index
        self.kind = kind
        self.groups = groups
    }
}

/// What goes wrong in a call.
package enum Fault: Hashable, Sendable {
    /// It is not carried out, and the caller knows: definite.
    case failBefore(TableError.Reason)
    /// It is not carried out, and the caller cannot know: indefinite. A read's failure is definite.
    case loseRequest
    /// It is carried out, and the caller cannot know: indefinite. A read's failure is definite.
    case loseAnswer
    /// It is refused for now: definite.
    case throttle

    /// The error that the caller sees.
    func error(for call: TableCall) -> TableError {
        switch self {
        case .failBefore(let reason):
            TableError(.definite, reason: reason, message: "injected: failed before")
        case .throttle: TableError(.definite, reason: .throttled, message: "injected: throttled")
        case .loseRequest, .loseAnswer:
            TableError(
                call.kind.isRead ? .definite : .indefinite,
                reason: .unavailable,
                message: "injected: no answer"
            )
        }
    }
}

/// Decides call by call what goes wrong.
package struct FaultPlan: Sendable {
    private let decide: @Sendable (TableCall) -> Fault?

    /// A plan by a function.
    ///
    /// It is called once per call, in the order of their indices or not.
    package init(_ decide: @escaping @Sendable (TableCall) -> Fault?) {
        self.decide = decide
    }

    /// Nothing goes wrong.
    package static let none = FaultPlan { _ in nil }

    /// The calls with these indices go wrong.
    package static func scripted(_ faults: [Int: Fault]) -> FaultPlan {
        FaultPlan { faults[$0.index] }
    }

    /// Each call goes wrong with the given probability, and how is drawn from `faults`.
    ///
    /// A call's
    /// fate depends on the seed and its index only, not on what runs beside it.
    package static func seeded(
        _ seed: UInt64,
        probability: Double,
        faults: [Fault] = [.failBefore(.unavailable), .loseRequest, .loseAnswer, .throttle]
    ) -> FaultPlan {
        FaultPlan { call in
            var generator = SeededGenerator(seed: seed ^ (UInt64(call.index) &* 0x2545_f491))
            guard generator.happens(probability) else { return nil }
            return faults.randomElement(using: &generator)
        }
    }

    /// What goes wrong in `call`; nil: nothing.
    package func fault(for call: TableCall) -> Fault? {
        decide(call)
    }
}
