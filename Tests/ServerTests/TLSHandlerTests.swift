import LedgerTesting
import NIOCore
import NIOEmbedded
import Testing

@testable import LedgerServer

/// TLS between a client and a handler in memory, byte for byte.
@Suite("TLS handler")
struct TLSHandlerTests {
    typealias Version = TLSClient.Version

    static let hello = Array("hello".utf8)

    private static func random(_ count: Int, with numbers: inout SeededGenerator) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &numbers) }
    }

    // MARK: Plaintext

    @Test("What each side says, the other hears", arguments: Version.allCases)
    func bothWays(_ version: Version) throws {
        let connection = try TLSConnection.open(version)
        #expect(connection.client.write(Self.hello))
        connection.deliver(connection.client.output())
        #expect(connection.behind.plaintext == Self.hello)
        #expect(connection.behind.events == [.active, .read])
        try connection.write([])
        try connection.write([1, 2, 3])
        #expect(try connection.read().plaintext == [1, 2, 3])
    }

    @Test(
        "The plaintext is the same wherever the network cuts",
        arguments: Version.allCases,
        [1, 2, 5, 7, 1000]
    )
    func cuts(_ version: Version, largestPiece: Int) throws {
        for seed in RandomSeed.cases(4) {
            var numbers = SeededGenerator(seed: seed)
            // Always the same size, so byte by byte is among the ways; then at random.
            let isEven = seed == RandomSeed.base
            let size = { isEven ? largestPiece : Int.random(in: 1...largestPiece, using: &numbers) }
            let connection = try TLSConnection(TLSClient(version, fragment: 100), echoes: true)
            try connection.shakeHands(inPiecesOf: size)
            let plaintext = (0..<1500).map { UInt8(truncatingIfNeeded: $0 / 3) }
            connection.client.write(plaintext)
            connection.deliver(connection.client.output(), inPiecesOf: size)
            #expect(
                connection.behind.plaintext == plaintext,
                "\(RandomSeed.replay("TLSHandlerTests"))"
            )
            #expect(try connection.read().plaintext == plaintext)
        }
    }

    @Test(
        "Records of one byte and of the most bytes are read",
        arguments: Version.allCases,
        [1, 16_384]
    )
    func recordSizes(_ version: Version, fragment: Int) throws {
        let connection = try TLSConnection.open(version, fragment: fragment)
        var numbers = SeededGenerator(seed: RandomSeed.base)
        let plaintext = Self.random(fragment * 50, with: &numbers)
        connection.client.write(plaintext)
        let bytes = connection.client.output()
        #expect(TLSRecord.all(in: bytes).count == 50)
        connection.deliver(bytes)
        #expect(connection.behind.plaintext == plaintext)
    }

    @Test("10 MB go each way", arguments: Version.allCases)
    func muchData(_ version: Version) throws {
        let connection = try TLSConnection.open(version, echoes: true)
        var numbers = SeededGenerator(seed: RandomSeed.base)
        let part = Self.random(1 << 20, with: &numbers)
        for round in 1...10 {
            connection.client.write(part)
            connection.deliver(connection.client.output(), inPiecesOf: { 100_000 })
            #expect(connection.behind.plaintext.count == round << 20)
            #expect(connection.behind.plaintext.suffix(part.count) == part[...])
            #expect(try connection.read().plaintext == part)
        }
    }

    @Test("A large answer is cut into records that TLS allows", arguments: Version.allCases)
    func largeAnswer(_ version: Version) throws {
        let connection = try TLSConnection.open(version)
        let answer = [UInt8](repeating: 7, count: 100_000)
        try connection.write(answer)
        let bytes = try connection.sent()
        #expect(TLSRecord.all(in: bytes).count == 7)
        #expect(TLSRecord.all(in: bytes).allSatisfy { $0.count <= 16_384 + 256 })
        connection.client.receive(bytes)
        #expect(connection.client.read().plaintext == answer)
    }

    // MARK: The handshake

    @Test(
        "The handlers behind see nothing before the handshake is over",
        arguments: Version.allCases
    )
    func silenceBefore(_ version: Version) throws {
        let client = TLSClient(version)
        let connection = try TLSConnection(client)
        #expect(throws: ChannelError.ioOnClosedChannel) { try connection.write(Self.hello) }
        while client.shakeHands() == .wantsInput {
            for byte in client.output() {
                #expect(connection.behind.events.isEmpty)
                connection.deliver([byte])
            }
            client.receive(try connection.sent())
        }
        for byte in client.output() {
            #expect(connection.behind.events.isEmpty)
            connection.deliver([byte])
        }
        #expect(connection.behind.events == [.active])
    }

    @Test("What comes in one piece with the handshake's end is read")
    func dataWithHandshake() throws {
        let client = TLSClient(.tls13)
        let connection = try TLSConnection(client)
        _ = client.shakeHands()
        connection.deliver(client.output())
        client.receive(try connection.sent())
        #expect(client.shakeHands() == .done)
        client.write(Self.hello)
        connection.deliver(client.output())
        #expect(connection.behind.events == [.active, .read])
        #expect(connection.behind.plaintext == Self.hello)
    }

    /// Progress buys no time.
    @Test(
        "A handshake that is not over in time is closed, whatever has come of it",
        arguments: [0, 1]
    )
    func deadline(bytesEachSecond: Int) throws {
        let client = TLSClient(.tls13)
        let connection = try TLSConnection(client)
        _ = client.shakeHands()
        var rest = client.output()[...]
        for _ in 1..<10 {
            connection.loop.advanceTime(by: .seconds(1))
            connection.deliver(Array(rest.prefix(bytesEachSecond)))
            rest = rest.dropFirst(bytesEachSecond)
        }
        connection.loop.advanceTime(by: .milliseconds(999))
        #expect(connection.isOpen)
        connection.loop.advanceTime(by: .milliseconds(1))
        #expect(!connection.isOpen)
        #expect(connection.behind.events == [.inactive])
    }

    @Test(
        "A connection whose handshake was in time has no deadline of TLS",
        arguments: Version.allCases
    )
    func noDeadline(_ version: Version) throws {
        let connection = try TLSConnection.open(version)
        connection.loop.advanceTime(by: .hours(1))
        #expect(connection.isOpen)
    }

    @Test("What is not TLS is closed, and nothing of it gets through")
    func plainHTTP() throws {
        let connection = try TLSConnection(TLSClient(.tls13))
        connection.deliver(Array(get("/").utf8))
        #expect(!connection.isOpen)
        #expect(connection.behind.events == [.inactive])
        #expect(TLSRecord.all(in: try connection.sent()).allSatisfy { $0.type == TLSRecord.alert })
    }

    @Test("Random bytes are closed, in time at the latest", arguments: RandomSeed.cases(50))
    func randomBytes(_ seed: UInt64) throws {
        var numbers = SeededGenerator(seed: seed)
        let connection = try TLSConnection(TLSClient(.tls13))
        let count = Int.random(in: 1...20_000, using: &numbers)
        connection.deliver(Self.random(count, with: &numbers), inPiecesOf: { 1000 })
        connection.loop.advanceTime(by: TLSConnection.handshakeTime)
        #expect(!connection.isOpen, "\(RandomSeed.replay("TLSHandlerTests"))")
        #expect(connection.behind.events == [.inactive])
    }

    @Test("Nothing is left to resume a connection by", arguments: Version.allCases)
    func nothingToResume(_ version: Version) throws {
        let connection = try TLSConnection.open(version)
        try connection.write(Self.hello)
        #expect(try connection.read().plaintext == Self.hello)
        #expect(!connection.client.session().isResumable)
    }

    @Test("A session that a client offers is not resumed", arguments: Version.allCases)
    func resumption(_ version: Version) throws {
        let pair = TLSPair()
        let session = try #require(pair.sessionElsewhere(version))
        #expect(session.isResumable)
        let client = TLSClient(version)
        client.offer(session)
        let connection = try TLSConnection(client, certificate: pair.loaded())
        try connection.shakeHands()
        #expect(!client.isResumed)
        client.write(Self.hello)
        connection.deliver(client.output())
        #expect(connection.behind.plaintext == Self.hello)
    }

    // MARK: After the handshake

    @Test("Renegotiation is refused, and the connection goes on")
    func renegotiation() throws {
        let connection = try TLSConnection.open(.tls12)
        #expect(connection.client.renegotiate())
        connection.deliver(connection.client.output())
        let refusal = try connection.sent()
        #expect(TLSRecord.all(in: refusal).map(\.type) == [TLSRecord.alert])
        #expect(connection.isOpen)
        #expect(connection.behind.events == [.active])
        try connection.write(Self.hello)
        connection.client.receive(refusal)
        // It is the client that does not want to go on without.
        #expect(connection.client.read().end == .failed)
        #expect(connection.client.alert == TLSClient.Alert.noRenegotiation)
    }

    @Test("Both sides go on with new keys when the client asks for them")
    func keyUpdates() throws {
        let connection = try TLSConnection.open(.tls13, echoes: true)
        for round in 1...5 {
            #expect(connection.client.updateKeys())
            connection.client.write(Self.hello)
            connection.deliver(connection.client.output(), inPiecesOf: { round })
            #expect(try connection.read().plaintext == Self.hello)
            #expect(connection.client.keyUpdates == round)
        }
    }

    /// The answer to the last request may wait for the next write, RFC 8446, 4.6.3.
    @Test("New keys alone are no read for the handlers behind")
    func keyUpdateAlone() throws {
        let connection = try TLSConnection.open(.tls13)
        for _ in 0..<2 {
            #expect(connection.client.updateKeys())
            connection.deliver(connection.client.output())
        }
        #expect(try !connection.sent().isEmpty)
        #expect(connection.behind.events == [.active])
    }

    @Test("A client that leaves more unread than TLS may say by itself is cut")
    func unreadReplies() throws {
        let connection = try TLSConnection.open(.tls13)
        connection.channel.isWritable = false
        var unread = 0
        var largest = 0
        for _ in 0..<1000 where connection.isOpen {
            connection.client.write([1])
            #expect(connection.client.updateKeys())
            connection.deliver(connection.client.output())
            let count = try connection.sent().count
            unread += count
            largest = max(largest, count)
        }
        #expect(!connection.isOpen)
        #expect(unread > TLSHandler.mostUnreadReplies)
        #expect(unread <= TLSHandler.mostUnreadReplies + largest)
    }

    @Test("A client that does nothing but change its keys is cut", arguments: [false, true])
    func nothingButKeys(atOnce: Bool) throws {
        let connection = try TLSConnection.open(.tls13)
        var updates = 0
        while connection.isOpen, updates < 1000 {
            for _ in 0..<(atOnce ? 1000 : 1) {
                #expect(connection.client.updateKeys())
                updates += 1
            }
            connection.deliver(connection.client.output())
        }
        #expect(!connection.isOpen)
        #expect(updates == (atOnce ? 1000 : 33))
        #expect(try connection.sent().count < 2 * TLSHandler.mostUnreadReplies)
    }

    @Test(
        "A hello that claims to be longer than its record is refused before there is room for it",
        arguments: [
            [22, 3, 1, 0, 4, 1, 2, 1, 0], [22, 3, 1, 0, 3, 1, 0, 2], [22, 3, 1, 1, 0, 1, 0, 1, 0],
        ] as [[UInt8]]
    )
    func longHello(_ bytes: [UInt8]) throws {
        for size in [1, .max] {
            let connection = try TLSConnection(TLSClient(.tls13))
            connection.deliver(bytes, inPiecesOf: { size })
            #expect(!connection.isOpen)
            #expect(connection.behind.events.isEmpty || connection.behind.events == [.inactive])
        }
    }

    @Test("A client that reads and sends may ask for new keys as often as it likes")
    func readReplies() throws {
        let connection = try TLSConnection.open(.tls13)
        var read = 0
        for _ in 0..<1000 {
            connection.channel.isWritable.toggle()
            connection.channel.pipeline.fireChannelWritabilityChanged()
            connection.client.write([1])
            #expect(connection.client.updateKeys())
            connection.deliver(connection.client.output())
            read += try connection.sent().count
        }
        #expect(read > 4 * TLSHandler.mostUnreadReplies)
        #expect(connection.isOpen)
    }

    @Test("A changed record ends the connection with an alert, unread", arguments: Version.allCases)
    func tampering(_ version: Version) throws {
        for seed in RandomSeed.cases(30) {
            var numbers = SeededGenerator(seed: seed)
            let connection = try TLSConnection.open(version)
            connection.client.write(Self.hello)
            connection.deliver(connection.client.output())
            connection.client.write(Array("changed".utf8))
            var record = connection.client.output()
            // Its head says how long it is, and longer would only mean that more must come.
            let place = Int.random(in: TLSRecord.headBytes..<record.count, using: &numbers)
            record[place] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
            connection.deliver(record)
            #expect(!connection.isOpen, "\(RandomSeed.replay("TLSHandlerTests"))")
            #expect(connection.behind.plaintext == Self.hello)
            #expect(try connection.read().end == .failed)
            #expect(connection.client.alert == TLSClient.Alert.badRecord)
        }
    }

    @Test("A record that comes twice is not taken twice", arguments: Version.allCases)
    func replay(_ version: Version) throws {
        let connection = try TLSConnection.open(version)
        connection.client.write(Self.hello)
        let record = connection.client.output()
        connection.deliver(record)
        connection.deliver(record)
        #expect(connection.behind.plaintext == Self.hello)
        #expect(!connection.isOpen)
        // Nobody could be answered any more.
        let other = try TLSConnection.open(version)
        other.client.write(Self.hello)
        let twice = other.client.output()
        other.deliver(twice + twice)
        #expect(other.behind.plaintext.isEmpty)
        #expect(!other.isOpen)
    }

    /// The hashes and signatures of a ledger are libcrypto's too, on the same threads.
    @Test(
        "An error that somebody else leaves in libcrypto ends no connection",
        arguments: Version.allCases
    )
    func foreignError(_ version: Version) throws {
        let client = TLSClient(version)
        let connection = try TLSConnection(client, echoes: true)
        while client.shakeHands() == .wantsInput {
            for byte in client.output() {
                TLSClient.leaveError()
                connection.deliver([byte])
            }
            client.receive(try connection.sent())
        }
        client.write(Self.hello)
        for byte in client.output() {
            TLSClient.leaveError()
            connection.deliver([byte])
        }
        #expect(try connection.read().plaintext == Self.hello)
    }
}
