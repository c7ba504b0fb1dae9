import APISuite
import LedgerTesting
import Testing

@testable import LedgerCore
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

    @Test("An error is logged in the words of its answer")
    func logged() throws {
        let partition = try #require(Partition(3))
        let stream = try #require(StreamID("orders"))
        let start = Timestamp(milliseconds: 0)
        let doubt = ClockTrust.Doubt(
            instead: start,
            lead: .hours(2),
            began: Instant(now: start, uptime: .zero),
            rest: .seconds(60)
        )
        let errors: [LedgerError] = [
            .clockSuspect(doubt),
            .tailUnverified(partition), .outcomeUnknown, .storageFull(mayHaveHappened: true),
            .corruptChunk(stream, partition, .zero, detail: "cut off"), .throttled, .contention,
            .streamNotFound(stream),
        ]
        for error in errors { #expect("\(error)" == Self.message(error)) }
        #expect("\(errors[0])".hasPrefix("the clock of the ledger's machine is 2 hours ahead"))
    }

    @Test("What a client is not told of a failure is in the log")
    func loggedDetails() throws {
        #expect("\(LedgerError.internalError(message: "a row", mayHaveHappened: true))" == "a row")
        #expect("\(LedgerError.unavailable(message: "no", mayHaveHappened: false))" == "no")
        #expect("\(LedgerError.closed(message: "fsync", mayHaveHappened: false))" == "fsync")
        let partitions = try (0..<3).map { try #require(Partition($0)) }
        let range = StoredRange(first: .zero, count: 2, timestamp: Timestamp(milliseconds: 0))
        let states: [LedgerError.PartitionOutcome.State] = [.stored(range), .notStored, .unknown]
        let outcomes = zip(partitions, states).map {
            LedgerError.PartitionOutcome(partition: $0, state: $1)
        }
        #expect(
            "\(LedgerError.partialPublish(outcomes))"
                == "some partitions' events may be stored: partition 0 is stored from 0 on, "
                + "partition 1 is not stored, partition 2 may be stored"
        )
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
