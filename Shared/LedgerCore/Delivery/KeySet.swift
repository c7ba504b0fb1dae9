/// A set of keys' hashes, which are random already and need not be hashed again.
struct KeySet: Sendable {
    /// A power of two of places, at most half of them taken; 0: free.
    private var slots: [UInt32]
    private var count = 0
    /// True when the hash that is 0 is in it.
    private var hasZero = false

    /// The keys of these events.
    init(_ events: some Sequence<OpenEvent>, expecting count: Int = 0) {
        var places = 16
        while places < count * 2 { places *= 2 }
        slots = [UInt32](repeating: 0, count: places)
        for event in events { insert(event.key) }
    }

    func contains(_ key: KeyHash) -> Bool {
        key.rawValue == 0 ? hasZero : slots[place(of: key.rawValue)] != 0
    }

    mutating func insert(_ key: KeyHash) {
        guard key.rawValue != 0 else { return hasZero = true }
        let place = place(of: key.rawValue)
        guard slots[place] == 0 else { return }
        slots[place] = key.rawValue
        count += 1
        if count * 2 > slots.count { grow() }
    }

    /// The place of a hash, or the one that it would take.
    private func place(of hash: UInt32) -> Int {
        let mask = slots.count - 1
        var place = Int(hash) & mask
        while slots[place] != 0, slots[place] != hash { place = (place + 1) & mask }
        return place
    }

    private mutating func grow() {
        let former = slots
        slots = [UInt32](repeating: 0, count: former.count * 2)
        for hash in former where hash != 0 { slots[place(of: hash)] = hash }
    }
}
