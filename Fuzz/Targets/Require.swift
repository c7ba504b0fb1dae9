/// Traps with a message, also in optimised builds, where `precondition` prints none.
func require(
    _ condition: Bool,
    _ message: @autoclosure () -> String = "two that must agree do not",
    file: StaticString = #file,
    line: UInt = #line
) {
    guard condition else { fatalError(message(), file: file, line: line) }
}
