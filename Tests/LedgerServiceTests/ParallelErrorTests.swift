import LedgerCore
import Testing

@testable import LedgerService

@Suite("The errors of steps that were taken in parallel")
struct ParallelErrorTests {
    private typealias Outcome = Result<Int, LedgerError>

    private static let definite = LedgerError.unavailable(message: "a", mayHaveHappened: false)
    private static let open = LedgerError.unavailable(message: "b", mayHaveHappened: true)

    @Test("The first one is told, and it denies nothing that another leaves open")
    func first() {
        let steps: [Outcome] = [.success(1), .failure(Self.definite), .failure(Self.open)]
        #expect(LedgerError.first(of: steps) == .unavailable(message: "a", mayHaveHappened: true))
        #expect(LedgerError.first(of: Array(steps[..<2])) == Self.definite)
        #expect(LedgerError.first(of: Array(steps[..<1])) == nil)
    }
}
