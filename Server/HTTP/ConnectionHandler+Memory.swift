import LedgerService
import NIOCore

/// The memory that a connection makes the server keep.
extension ConnectionHandler {
    /// True while this connection holds counted bytes and only its client can bring it forward: it
    /// may then be ended to make room for others.
    var isEvictable: Bool {
        switch machine.state {
        case .body: incoming?.held != nil
        case .blocked, .closing: unread != nil
        case .idle, .head, .handling, .draining, .closed: false
        }
    }

    /// Repeats `take` until it succeeds, each time ending the connection that is nearest to its
    /// time-out.
    ///
    /// - Throws: ``ServerError/tooManyBytes`` when no other connection can be ended.
    func makeRoom(_ take: () -> Bool) throws(ServerError) {
        while !take() {
            guard loop.evict(for: self) else { throw .tooManyBytes }
        }
    }

    /// Counts the last answer's bytes while the network does not take them.
    func holdUnread() {
        guard unread == nil, let context, !context.channel.isWritable else { return }
        let held = HeldBytes(core.admission)
        do throws(ServerError) {
            try makeRoom { held.grow(by: answerBytes) }
            unread = held
        } catch {
            abort()
        }
    }

    /// Ends to make room for others: with a 503 while the body arrives, else without a word.
    func evict() {
        if case .body = machine.state {
            refuse(.tooManyBytes)
            resume()
        } else {
            unread = nil
            abort()
        }
    }
}
