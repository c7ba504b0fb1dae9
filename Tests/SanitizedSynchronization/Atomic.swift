/// An atomic value as the project uses them, under a lock.
package struct Atomic<Value: Sendable>: ~Copyable, Sendable {
    private let value: Mutex<Value>

    /// An atomic with a value.
    package init(_ value: Value) {
        self.value = Mutex(value)
    }

    /// The value.
    package borrowing func load(ordering: AtomicOrdering) -> Value {
        value.withLock { $0 }
    }

    /// Sets the value.
    package borrowing func store(_ new: Value, ordering: AtomicOrdering) {
        value.withLock { $0 = new }
    }

    /// Sets the value, and returns the one before.
    package borrowing func exchange(_ new: Value, ordering: AtomicOrdering) -> Value {
        value.withLock { value in
            defer { value = new }
            return value
        }
    }
}

extension Atomic where Value: Equatable {
    /// Sets the value if it is the expected one; returns whether it was, and what it was.
    package borrowing func weakCompareExchange(
        expected: Value,
        desired: Value,
        ordering: AtomicOrdering
    ) -> (exchanged: Bool, original: Value) {
        value.withLock { value in
            let original = value
            if original == expected { value = desired }
            return (original == expected, original)
        }
    }

    /// The same; under a lock none fails for nothing.
    @discardableResult
    package borrowing func compareExchange(
        expected: Value,
        desired: Value,
        ordering: AtomicOrdering
    ) -> (exchanged: Bool, original: Value) {
        weakCompareExchange(expected: expected, desired: desired, ordering: ordering)
    }
}

/// How strictly; under a lock it is all the same.
package enum AtomicOrdering: Sendable {
    case relaxed
    case acquiring
    case releasing
    case acquiringAndReleasing
    case sequentiallyConsistent
}

extension Atomic where Value: FixedWidthInteger {
    /// Adds, and returns the values before and after.
    @discardableResult
    package borrowing func wrappingAdd(
        _ operand: Value,
        ordering: AtomicOrdering
    ) -> (oldValue: Value, newValue: Value) {
        value.withLock { value in
            let old = value
            value &+= operand
            return (old, value)
        }
    }

    /// Adds; traps on overflow.
    @discardableResult
    package borrowing func add(
        _ operand: Value,
        ordering: AtomicOrdering
    ) -> (oldValue: Value, newValue: Value) {
        value.withLock { value in
            let old = value
            value += operand
            return (old, value)
        }
    }

    /// Subtracts; traps on overflow.
    @discardableResult
    package borrowing func subtract(
        _ operand: Value,
        ordering: AtomicOrdering
    ) -> (oldValue: Value, newValue: Value) {
        value.withLock { value in
            let old = value
            value -= operand
            return (old, value)
        }
    }
}
