import LedgerCore
import LedgerService
import Synchronization

/// The machine's clocks, moved ahead: as if the machine had been suspended, or with the wall clock
/// alone, as if someone had set it wrong.
final class SoakClock: LedgerClock {
    private struct Offsets {
        var both: Duration
        var wall: Duration = .zero
    }

    private let system = SystemClock()
    private let boot: String
    private let offsets: Mutex<Offsets>

    /// Clocks that were moved by `offset` before, on a machine's boot of this id.
    init(offset: Duration, boot: String) {
        self.boot = boot
        offsets = Mutex(Offsets(both: offset))
    }

    func now() -> Timestamp {
        let offsets = offsets.withLock { $0 }
        return system.now().advanced(by: offsets.both + offsets.wall)
    }

    func uptime() -> Duration { system.uptime() + offsets.withLock { $0.both } }

    func bootMoment() -> BootMoment? { BootMoment(boot: boot, uptime: uptime()) }

    /// Moves both clocks.
    func advance(by length: Duration) { offsets.withLock { $0.both += length } }

    /// Sets the wall clock so far ahead of the truth.
    func set(ahead: Duration) { offsets.withLock { $0.wall = ahead } }

    /// Ends as soon as its time has come, also by a leap.
    func sleep(for length: Duration) async throws(CancellationError) {
        let due = uptime() + length
        while uptime() < due {
            try await system.sleep(
                for: min(max(due - uptime(), .milliseconds(1)), .milliseconds(50))
            )
        }
    }
}
