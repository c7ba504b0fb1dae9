import LedgerService
import NIOCore

/// What a connection makes the server keep.
extension ConnectionHandler {
    /// Whether others may get room by this one's end: it is the client that is waited for.
    var isEvictable: Bool {
        switch machine.phase {
        case .body: incoming?.held != nil
        case .blocked, .closing: unread != nil
        case .idle, .head, .handling, .draining, .closed: false
        }
    }

    /// Takes memory, at the cost of whoever keeps the server waiting for longest.
    func makeRoom(_ take: () -> Bool) throws(ServerError) {
        while !take() {
            guard loop.evict(for: self) else { throw .tooManyBytes }
        }
    }

    /// Counts an answer that the network does not take at once.
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

    /// Ends for the sake of others: with an answer if one is still owed.
    func evict() {
        if machine.phase == .body {
            refuse(.tooManyBytes)
            resume()
        } else {
            unread = nil
            abort()
        }
    }
}
