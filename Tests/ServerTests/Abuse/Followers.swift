import Glibc
import LedgerTesting

/// Clients of a crowd that follow a stream over server-sent events, as long as they read what comes.
///
/// Everything blocks a thread; each event is known by its number, in its data.
struct Followers {
    private let crowd: Crowd
    private let clients: Range<Int>
    /// By client, what it got so far.
    private var texts: [Int: String]

    /// Joins so many clients, and returns when each of them is told from where on it follows.
    ///
    /// - Parameters:
    ///   - crowd: the clients' crowd.
    ///   - count: how many there are.
    ///   - receiveBuffer: the most that the system takes in for each, bytes; nil: as it likes.
    ///   - target: a path and query to be followed from its end on.
    /// - Throws: what keeps one of them from following.
    init(_ crowd: Crowd, count: Int, receiveBuffer: Int32? = nil, of target: String) throws {
        self.crowd = crowd
        let first = crowd.sockets.count
        crowd.join(count, receiveBuffer: receiveBuffer)
        clients = first..<crowd.sockets.count
        texts = Dictionary(uniqueKeysWithValues: clients.map { ($0, "") })
        let request = Array(get(target, headers: "Accept: text/event-stream\r\n").utf8)
        for client in clients {
            guard crowd.send(request, as: client) == request.count else {
                throw TestFailure("client \(client) can't send its request")
            }
        }
        try receive("the place from which on it follows") { $0.contains("id: ") }
    }

    /// An event under a number, of the type `numbered`.
    static func event(_ number: Int) -> String {
        "{\"key\":\"k\",\"type\":\"numbered\",\"data\":\"number \(number).\"}"
    }

    /// Reads until each client has the event of this number.
    mutating func receive(upTo number: Int) throws {
        try receive("event \(number)") { $0.contains("number \(number).") }
    }

    private mutating func receive(_ what: String, until isThere: (String) -> Bool) throws {
        let patience = Patience()
        var waiting = Array(clients)
        while true {
            waiting.removeAll { client in
                while let more = crowd.received(by: client) { texts[client, default: ""] += more }
                return isThere(texts[client] ?? "")
            }
            guard let first = waiting.first else { return }
            try patience.check("\(what), for \(waiting.count) clients such as \(first)")
            usleep(1000)
        }
    }

    /// The sequences of numbers that clients got, with how many of them got each.
    var sequences: [[Int]: Int] {
        texts.values.reduce(into: [:]) { sequences, text in
            let numbers = text.matches(of: /number (\d+)\./).compactMap { Int($0.1) }
            sequences[numbers, default: 0] += 1
        }
    }
}
