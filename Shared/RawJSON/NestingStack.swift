/// Which of the arrays and objects around a place are objects: a bit each.
///
/// The innermost 64 are in a register; only deeper documents need memory.
struct NestingStack {
    private(set) var depth = 0
    /// The innermost in the lowest bit; 1 is an object.
    private var recent: UInt64 = 0
    /// Outer ones, 64 at a time, outermost first.
    private var older: [UInt64] = []

    /// Whether the innermost is an object.
    @inline(__always)
    var isInObject: Bool { recent & 1 == 1 }

    @inline(__always)
    mutating func push(isObject: Bool) {
        if depth & 63 == 0, depth > 0 { older.append(recent) }
        recent = recent &<< 1 | (isObject ? 1 : 0)
        depth &+= 1
    }

    @inline(__always)
    mutating func pop() {
        depth &-= 1
        recent &>>= 1
        if depth & 63 == 0, depth > 0 { recent = older.removeLast() }
    }
}
