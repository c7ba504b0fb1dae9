/// A stack of bits; the first 64 need no memory of their own.
struct BitStack {
    private var words: [UInt64] = []
    private var current: UInt64 = 0
    private(set) var count = 0

    var top: Bool? {
        count == 0 ? nil : current & 1 == 1
    }

    mutating func push(_ bit: Bool) {
        if count > 0, count.isMultiple(of: 64) {
            words.append(current)
            current = 0
        }
        current = current << 1 | (bit ? 1 : 0)
        count += 1
    }

    mutating func pop() {
        current >>= 1
        count -= 1
        if count > 0, count.isMultiple(of: 64) { current = words.removeLast() }
    }
}
