/// Values that are kept by key while they are used, at most so many.
///
/// When half of them are new, those of the other half that nobody has asked for since the last time are
/// forgotten.
struct Generations<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]
    private let most: Int

    /// Keeps `most` values at most.
    init(most: Int) {
        self.most = most
    }

    var count: Int { young.count + old.count }

    /// A value, which counts as used now.
    mutating func value(of key: Key) -> Value? {
        if let value = young[key] { return value }
        guard let value = old.removeValue(forKey: key) else { return nil }
        keep(value, of: key)
        return value
    }

    /// Keeps a value instead of any that the key has.
    mutating func keep(_ value: Value, of key: Key) {
        if young.count >= most / 2 { (old, young) = (young, [:]) }
        old[key] = nil
        young[key] = value
    }

    mutating func forget(_ key: Key) {
        young[key] = nil
        old[key] = nil
    }
}
