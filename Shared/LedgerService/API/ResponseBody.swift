/// The body of an ``APIResponse``: all of it, or chunks that are made while they are sent.
package enum ResponseBody: Sendable {
    /// All bytes at once.
    case bytes([UInt8])
    /// Chunks that a transport asks for one by one.
    case stream(any ChunkSource)

    /// The number of bytes; nil for a stream, whose length nobody knows before its end.
    package var count: Int? {
        switch self {
        case .bytes(let bytes): bytes.count
        case .stream: nil
        }
    }
}

/// The source of a body that is made while it is sent.
///
/// A transport asks for one chunk after another, never for two at a time, and only when the client has
/// taken nearly all of the chunk before. So a slow client holds up its own source, and nothing piles up.
///
/// When the client goes away or the server stops, the task that asks is cancelled. A source whose body
/// may end anywhere then returns nil. One whose body must be whole throws, so that the client sees that
/// it is not. Once nothing more is asked of it, a source is released; it may be at any chunk.
package protocol ChunkSource: AnyObject, Sendable {
    /// The next bytes of the body, best some kilobytes; nil at its end.
    ///
    /// An error breaks the answer off: its status has been sent already.
    func next() async throws -> [UInt8]?
}
