import LedgerTesting

/// Stops processes in the middle of whatever they do, for a second or for days, as functions are.
///
/// A history has so many of these stops and no more: one whose few processes hardly ever move would
/// say little and have no end.
///
/// `@unchecked Sendable`: used by the history's one thread.
final class Freezer: @unchecked Sendable {
    private let world: World
    /// How likely a stop is at each step of a process.
    private let share: Double
    private var left: Int

    init(_ world: World, share: Double, count: Int) {
        self.world = world
        self.share = share
        left = share > 0 ? count : 0
    }

    /// Whether there is anything left to come.
    var isActive: Bool { left > 0 }

    /// How long the next step stands still; nil: not at all.
    func atStep() -> Int64? {
        isActive && world.random.happens(share) ? next() : nil
    }

    /// How long the next stop is, milliseconds.
    func next() -> Int64 {
        left -= 1
        return world.random.duration(1000, 4 * 86_400_000)
    }

    /// No more stops.
    func end() { left = 0 }
}
