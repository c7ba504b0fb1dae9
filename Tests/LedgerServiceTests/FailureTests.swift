import APISuite
import LedgerCore
import LedgerTesting
import Testing

@testable import LedgerService

@Suite("Failures say whether it may have happened")
struct FailureTests {
    /// Of reasons that say nothing by themselves: an fsync on a full disk fails after the write.
    static let reasons: [TableError.Reason] = [
        .full, .unavailable, .closed, .corrupt, .invalid, .throttled,
    ]

    private static func message(_ error: LedgerError) -> String {
        let answer = Answer(ErrorAnswer(error).response(route: nil))
        return answer.json["message"] as? String ?? ""
    }

    @Test("A change that may have been made is never said not to be", arguments: reasons)
    func indefinite(_ reason: TableError.Reason) {
        let message = Self.message(
            LedgerError(TableError(.indefinite, reason: reason, message: "test"))
        )
        #expect(message.contains("the change may have been made"), "\(message)")
        #expect(!message.contains("nothing was changed"), "\(message)")
    }

    @Test("A change that was not made is never said to be open", arguments: reasons)
    func definite(_ reason: TableError.Reason) {
        let message = Self.message(
            LedgerError(TableError(.definite, reason: reason, message: "test"))
        )
        #expect(!message.contains("may have been made"), "\(message)")
    }

    @Test("A publish of which nothing is known to be stored does not say that something is")
    func partial() throws {
        let partitions = try (0..<2).map { try #require(Partition($0)) }
        let outcomes: [AppendOutcome] = [.tailUnverified, .unknown]
        let stream = try #require(StreamID("s"))
        let message = Self.message(LedgerError(publishing: outcomes, to: partitions, of: stream))
        #expect(message.hasPrefix("some partitions' events may be stored; details.partitions"))
    }
}
