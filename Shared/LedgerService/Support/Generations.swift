/// Values that are kept by key while they are used, as far as there is room.
///
/// When half of it is taken by values that were used since the last time, those of the other half are
/// forgotten.
struct Generations<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// Those that were used since `old` was full.
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]
    private var youngWeight = 0
    private let room: Int
    private let weigh: @Sendable (Value) -> Int

    /// Keeps values of `room` together at most, but for the last one; each counts as one where nothing else
    /// is said.
    init(room: Int, weigh: @escaping @Sendable (Value) -> Int = { _ in 1 }) {
        self.room = room
        self.weigh = weigh
    }

    /// What they take together.
    var weight: Int { old.values.reduce(youngWeight) { $0 + weigh($1) } }

    /// A value, which counts as used now.
    mutating func value(of key: Key) -> Value? {
        if let value = young[key] { return value }
        guard let value = old.removeValue(forKey: key) else { return nil }
        keep(value, of: key)
        return value
    }

    /// Keeps a value instead of any that the key has.
    mutating func keep(_ value: Value, of key: Key) {
        if youngWeight >= room / 2 { (old, young, youngWeight) = (young, [:], 0) }
        forget(key)
        young[key] = value
        youngWeight += weigh(value)
    }

    mutating func forget(_ key: Key) {
        old[key] = nil
        if let value = young.removeValue(forKey: key) { youngWeight -= weigh(value) }
    }
}
