import LedgerCore
import LedgerTesting
import Testing

@testable import LambdaHost

@Suite("Calls of functions, and the schedule")
struct FunctionCallTests {
    /// The name of an event's kind, and the streams that it names.
    private func kind(of event: String) throws -> (kind: String, streams: [String]?) {
        switch try LambdaEvent(Array(event.utf8)) {
        case .request: ("request", nil)
        case .batch: ("batch", nil)
        case .schedule: ("schedule", nil)
        case .sweep: ("sweep", nil)
        case .push(let streams): ("push", streams.map { $0.map(\.name) })
        }
    }

    @Test("The schedule and the calls are told apart")
    func kinds() throws {
        #expect(try kind(of: Events.schedule) == ("schedule", nil))
        #expect(try kind(of: #"{"eventledger":"sweep"}"#) == ("sweep", nil))
        #expect(try kind(of: #"{"eventledger":"push"}"#) == ("push", nil))
        let named = #"{"streams":["b","a","b"],"more":{"x":[1]},"eventledger":"push"}"#
        #expect(try kind(of: named) == ("push", ["b", "a", "b"]))
    }

    @Test("A call for streams is read as it is written")
    func roundTrip() throws {
        let names = (0..<Limits.pushStreams).map { "stream-\($0)" }
        let streams = try names.map { try #require(StreamID($0)) }
        for count in [1, 2, names.count] {
            let event = PushCall.event(for: Array(streams.prefix(count)))
            guard case .push(let found) = try LambdaEvent(event) else {
                throw TestFailure("no call: \(event)")
            }
            #expect(found == Array(streams.prefix(count)))
        }
    }

    @Test(
        "A call that names no known function, or anything but streams, is refused",
        arguments: [
            #"{"eventledger":"drop"}"#, #"{"eventledger":"Push"}"#, #"{"eventledger":1}"#,
            #"{"streams":["a"]}"#, #"{"eventledger":"push","streams":[]}"#,
            #"{"eventledger":"push","streams":["a",""]}"#,
            #"{"eventledger":"push","streams":["a/b"]}"#,
            #"{"eventledger":"push","streams":["a",1]}"#,
            #"{"eventledger":"push","streams":"a"}"#, #"{"eventledger":"push","streams":{}}"#,
            #"{"eventledger":"push","streams":null}"#,
            #"{"eventledger":"push","streams":["a"]"#,
        ]
    )
    func garbage(_ event: String) {
        #expect(throws: LambdaError.self) { try LambdaEvent(Array(event.utf8)) }
    }

    @Test("A call for more streams than may be is refused, and says how many may be")
    func tooMany() throws {
        let stream = try #require(StreamID("s"))
        let event = PushCall.event(for: Array(repeating: stream, count: Limits.pushStreams + 1))
        let error = #expect(throws: LambdaError.self) { try LambdaEvent(event) }
        #expect(error?.description.contains("\(Limits.pushStreams)") == true)
    }
}
