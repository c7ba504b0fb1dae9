import LedgerCore
import LedgerService
import Synchronization

/// The machine's clocks, moved ahead: as if the machine had been suspended, or with the wall clock
/// alone, as if someone had set it wrong.
final class SoakClock: LedgerClock {
    private struct Offsets {
        var both: Int64
        var wall: Int64 = 0
    }

    private let system = SystemClock()
    private let boot: String
    private let offsets: Mutex<Offsets>

    /// Clocks that were moved by `offset` milliseconds before, on a machine's boot of this id.
    init(offset: Int64, boot: String) {
        self.boot = boot
        offsets = Mutex(Offsets(both: offset))
    }

    func now() -> Timestamp {
        let offsets = offsets.withLock { $0 }
        return system.now().advanced(byMilliseconds: offsets.both + offsets.wall)
    }

    func uptime() -> Int64 { system.uptime() + offsets.withLock { $0.both } }

    func bootMoment() -> BootMoment? { BootMoment(boot: boot, uptime: uptime()) }

    /// Moves both clocks.
    func advance(milliseconds: Int64) { offsets.withLock { $0.both += milliseconds } }

    /// Sets the wall clock so far ahead of the truth.
    func set(ahead: Int64) { offsets.withLock { $0.wall = ahead } }

    /// Ends as soon as its time has come, also by a leap.
    func sleep(milliseconds: Int64) async throws(CancellationError) {
        let due = uptime() + milliseconds
        while uptime() < due {
            try await system.sleep(milliseconds: min(max(due - uptime(), 1), 50))
        }
    }
}
