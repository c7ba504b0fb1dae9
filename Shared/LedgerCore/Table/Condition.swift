/// A condition on the row that a write would replace.
///
/// A value that each engine evaluates or renders in its own language.
public indirect enum Condition: Hashable, Sendable {
    /// The row is not there.
    case notExists
    /// The row is there.
    case exists
    /// The row is there and lacks the attribute.
    case absent(Attribute)
    /// The row's attribute compares so with the value.
    ///
    /// False when the attribute is absent or of another type.
    case compare(Attribute, Comparison, AttributeValue)
    /// All of the conditions hold.
    case and([Condition])
    /// At least one of the conditions holds.
    case or([Condition])

    /// A comparison with the attribute on the left and the value on the right.
    public enum Comparison: String, Hashable, Sendable {
        /// Less than the value.
        case less = "<"
        /// Less than or equal to the value.
        case lessOrEqual = "<="
        /// Equal to the value.
        case equal = "="
        /// Greater than or equal to the value.
        case greaterOrEqual = ">="
        /// Greater than the value.
        case greater = ">"
    }

    /// True when the condition holds for `item`, the row that is stored now; nil when there is
    /// none.
    public func holds(for item: Item?) -> Bool {
        switch self {
        case .notExists: item == nil
        case .exists: item != nil
        case .absent(let name): item.map { $0[name] == nil } ?? false
        case .compare(let name, let comparison, let value):
            comparison.holds(of: item?[name], against: value)
        case .and(let conditions): conditions.allSatisfy { $0.holds(for: item) }
        case .or(let conditions): conditions.contains { $0.holds(for: item) }
        }
    }
}

extension Condition.Comparison {
    /// Compares numbers by value, text and bytes byte by byte, as DynamoDB does.
    fileprivate func holds(of attribute: AttributeValue?, against value: AttributeValue) -> Bool {
        switch (attribute, value) {
        case (.number(let left)?, .number(let right)):
            holds(precedes: left < right, equals: left == right)
        case (.string(let left)?, .string(let right)):
            holds(ofBytes: Array(left.utf8), against: Array(right.utf8))
        case (.bytes(let left)?, .bytes(let right)): holds(ofBytes: left, against: right)
        default: false
        }
    }

    private func holds(ofBytes left: [UInt8], against right: [UInt8]) -> Bool {
        holds(precedes: left.lexicographicallyPrecedes(right), equals: left == right)
    }

    private func holds(precedes: Bool, equals: Bool) -> Bool {
        switch self {
        case .less: precedes
        case .lessOrEqual: precedes || equals
        case .equal: equals
        case .greaterOrEqual: !precedes
        case .greater: !precedes && !equals
        }
    }
}
