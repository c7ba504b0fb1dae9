import LedgerCore
import MachineClock

extension TableConformance {
    /// For tables whose clock is the machine's.
    static let ageChecks: [TableCheck] = [
        TableCheck("a write that was decided too long ago is refused, by either clock") { trial in
            let key = try trial.chunk(0)
            let next = try trial.chunk(1)
            for decided in [
                trial.ago(wall: tooOld, boot: .zero), trial.ago(wall: .zero, boot: tooOld),
            ] {
                try await trial.expectTooLate { () async throws(TableError) in
                    _ = try await trial.table.write(.put(trial.item(key)), decided: decided)
                }
                try await trial.expectTooLate { () async throws(TableError) in
                    _ = try await trial.table.transact(
                        [.put(trial.item(key)), .put(trial.item(next))],
                        token: trial.token,
                        decided: decided
                    )
                }
            }
            try await trial.expectRow(key, is: nil)
        },
        TableCheck("a write that was decided a while ago is taken") { trial in
            let decided = trial.ago(wall: recent, boot: recent)
            let row = trial.item(try trial.chunk(0))
            let outcome = try await trial.table.write(.put(row), decided: decided)
            try trial.expectEqual(outcome, .applied)
            try await trial.expectRow(row.key, is: row)
        },
    ]

    private static let tooOld = Limits.decisionAge
    /// So young that also a slow machine is not late with it.
    private static let recent = Limits.decisionAge / 2
}

extension Trial {
    /// A reading of both clocks as they were so long ago.
    fileprivate func ago(wall: Duration, boot: Duration) -> Instant {
        let now = MachineClock.instant()
        return Instant(
            now: now.now.advanced(by: .zero - wall),
            uptime: now.uptime - boot
        )
    }

    /// Expects that a call is refused for its age, and that nothing has happened.
    fileprivate func expectTooLate(_ body: () async throws(TableError) -> Void) async throws {
        do throws(TableError) {
            try await body()
        } catch {
            return try expect(
                error.effect == .definite && error.reason == .unavailable,
                otherwise: "not refused for its age: \(error)"
            )
        }
        throw TestFailure("a decision of long ago was carried out")
    }
}
