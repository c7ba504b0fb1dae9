/// A reader of bytes from outside that no bytes may crash or mislead.
///
/// A target traps when its subject does, or when the subject breaks a rule that the target checks.
package struct FuzzTarget: Sendable {
    /// The name on the command line, and that of its folder in `Fuzz/corpus`.
    package let name: String
    /// Inputs beyond this size, bytes, are of no interest.
    package let longest: Int
    /// Gives one input to the subject.
    package let run: @Sendable ([UInt8]) -> Void

    /// Every target there is, in the order of the list that is printed.
    package static let all = [
        FuzzTarget(name: "json", longest: 4096, run: fuzzJSON),
        FuzzTarget(name: "batch", longest: 4096, run: fuzzBatch),
        FuzzTarget(name: "tokens", longest: 1024, run: fuzzTokens),
        FuzzTarget(name: "delivery", longest: 4096, run: fuzzDelivery),
        FuzzTarget(name: "coding", longest: 4096, run: fuzzContentCoding),
        FuzzTarget(name: "event", longest: 8192, run: fuzzEvent),
        FuzzTarget(name: "answer", longest: 8192, run: fuzzAnswer),
        FuzzTarget(name: "publish", longest: 8192, run: fuzzPublish),
        FuzzTarget(name: "request", longest: 4096, run: fuzzRequest),
        FuzzTarget(name: "http", longest: 8192, run: fuzzHTTP),
        FuzzTarget(name: "tls", longest: 4096, run: fuzzTLS),
    ]

    /// The target of that name.
    package static func named(_ name: String) -> FuzzTarget? {
        all.first { $0.name == name }
    }
}

/// Traps with a message, also in optimised builds, where `precondition` prints none.
func require(
    _ condition: Bool,
    otherwise message: @autoclosure () -> String = "two that must agree do not",
    file: StaticString = #file,
    line: UInt = #line
) {
    guard condition else { fatalError(message(), file: file, line: line) }
}
