/// The failure of what is tested, or of what a test needs, to do what it must.
package struct TestFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The place or the call, what was expected of it and what came.
    package let description: String

    /// A failure in the words that the test's report shows.
    package init(_ description: String) {
        self.description = description
    }
}
