/// The continuations that wait for a moment: a binary heap by moment, and among equals by age.
struct EventQueue {
    private struct Entry {
        let due: Duration
        let order: UInt64
        let continuation: UnsafeContinuation<Void, Never>

        func isBefore(_ other: Entry) -> Bool {
            due == other.due ? order < other.order : due < other.due
        }
    }

    private var entries: [Entry] = []
    private var count: UInt64 = 0

    mutating func add(_ continuation: UnsafeContinuation<Void, Never>, at due: Duration) {
        entries.append(Entry(due: due, order: count, continuation: continuation))
        count += 1
        var index = entries.count - 1
        while index > 0, entries[index].isBefore(entries[(index - 1) / 2]) {
            entries.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func removeFirst() -> (due: Duration, continuation: UnsafeContinuation<Void, Never>)? {
        guard let first = entries.first else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        sink()
        return (first.due, first.continuation)
    }

    private mutating func sink() {
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < entries.count {
                if entries[child].isBefore(entries[least]) { least = child }
            }
            guard least != index else { return }
            entries.swapAt(index, least)
            index = least
        }
    }
}
