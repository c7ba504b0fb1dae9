import NIOCore

/// The inputs of a connection in their order, its turn on the loop, and the read that waits for both:
/// a value without I/O.
///
/// A read may bring hundreds of requests. Those that can't be handled at once wait here and count as
/// held memory, and no further read begins while there are any. After a number of requests the loop's
/// other connections have their turn.
struct InputQueue<Input> {
    /// Requests handled before the loop's other connections go on: one read may bring thousands.
    static var requestsInTurn: Int { 16 }
    /// Inputs that may wait without being counted.
    static var uncountedInputs: Int { 16 }
    /// The rough memory of one waiting input, bytes; a part of a body is no larger than a read.
    static var bytesOfInput: Int { 1024 }

    private var waiting = CircularBuffer<Input>(initialCapacity: 4)
    private var held: HeldBytes?
    private var isReadHeld = false
    /// The client has ended its sending side, so nothing follows what waits.
    private(set) var isClosed = false
    /// Requests handled since the loop's other connections had their turn.
    private var turn = 0
    /// The turn is over, and the next one has not begun.
    private var isTurnOver = false

    private var isTurnUsedUp: Bool { turn >= Self.requestsInTurn }

    /// True when an input need not wait for others, or for the next turn.
    var passesThrough: Bool { waiting.isEmpty && !isTurnUsedUp }

    /// True when the next input may be processed in this turn.
    var hasNext: Bool { !waiting.isEmpty && !isTurnUsedUp }

    /// True once the last input of a client that sends no more was taken.
    var isAtEnd: Bool { isClosed && waiting.isEmpty }

    // MARK: Inputs

    /// Lets an input wait.
    ///
    /// - Returns: false when all clients together make the server hold too much.
    mutating func append(_ input: Input, countedBy admission: Admission) -> Bool {
        waiting.append(input)
        guard waiting.count > Self.uncountedInputs else { return true }
        let held = held ?? HeldBytes(admission)
        self.held = held
        return held.grow(by: Self.bytesOfInput)
    }

    /// Takes the next input; nil when none waits or the turn is used up.
    mutating func next() -> Input? {
        isTurnUsedUp ? nil : waiting.popFirst()
    }

    /// An input that waits, counted from the next one; nil: there are not so many.
    func waiting(at index: Int) -> Input? {
        guard index < waiting.count else { return nil }
        return waiting[waiting.index(waiting.startIndex, offsetBy: index)]
    }

    /// Takes the inputs of a request ahead of its turn, which counts in the present one.
    mutating func takeRequest(inputs count: Int) {
        waiting.removeFirst(count)
        turn += 1
    }

    mutating func removeAll() {
        waiting.removeAll()
    }

    /// Ends the count of inputs that waited, once none does.
    mutating func releaseBytes() {
        if waiting.isEmpty { held = nil }
    }

    /// The client has ended its sending side.
    mutating func close() {
        isClosed = true
    }

    // MARK: Turns

    /// One more request of this turn was handed on.
    mutating func countRequest() {
        turn += 1
    }

    /// A read is complete: what comes next is in a turn of its own, unless something waits.
    mutating func readCompleted() {
        if waiting.isEmpty, !isTurnOver { turn = 0 }
    }

    /// Ends the turn if it is used up.
    ///
    /// - Returns: true when the next turn is to be scheduled: see ``beginTurn()``.
    mutating func endTurn() -> Bool {
        guard isTurnUsedUp, !isTurnOver else { return false }
        isTurnOver = true
        return true
    }

    mutating func beginTurn() {
        isTurnOver = false
        turn = 0
    }

    // MARK: Reads

    /// Returns true for a read that may begin now; any other is held back.
    mutating func admitsRead() -> Bool {
        guard !waiting.isEmpty else { return true }
        isReadHeld = true
        return false
    }

    /// Returns true, once, when a read that was held back may begin now.
    mutating func releaseRead() -> Bool {
        guard isReadHeld, waiting.isEmpty else { return false }
        isReadHeld = false
        return true
    }
}
