/// What a transport with a bound on its memory wants to know while a request is handled.
///
/// A few kilobytes of a compressed body may become megabytes, which no transport can see coming.
package struct BodyMemory: Sendable {
    /// The memory budget of the current request; nil on transports without one.
    @TaskLocal package static var current: BodyMemory?

    private let hold: @Sendable (Int) -> Bool

    /// - Parameter hold: Counts so many further bytes until the request is answered, or answers
    ///   false when they are too many.
    package init(hold: @escaping @Sendable (Int) -> Bool) {
        self.hold = hold
    }

    /// Whether the request may go on with a decompressed body of this size.
    static func admits(_ bytes: Int) -> Bool {
        current?.hold(bytes) ?? true
    }
}
