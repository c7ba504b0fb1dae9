import LedgerTesting
import NIOCore
import NIOEmbedded
import Testing

@testable import LedgerServer

/// The ends of a connection, which are one for each direction.
extension TLSHandlerTests {
    // MARK: The client's

    @Test(
        "A client that ends its direction as TLS does gets its answer",
        arguments: Version.allCases
    )
    func halfClose(_ version: Version) throws {
        let connection = try TLSConnection.open(version)
        connection.client.write(Self.hello)
        connection.client.endOutput()
        connection.deliver(connection.client.output())
        #expect(connection.behind.events == [.active, .inputClosed, .read])
        connection.endSocket()
        #expect(connection.isOpen)
        #expect(connection.behind.events.count { $0 == .inputClosed } == 1)
        let answer = [UInt8](repeating: 1, count: 100_000)
        try connection.write(answer)
        try connection.write(Self.hello)
        let early = try connection.read()
        #expect(early.plaintext == answer + Self.hello)
        #expect(early.end == .wantsInput)
        try connection.close(.all)
        #expect(try connection.read().end == .ended)
    }

    @Test("Nothing is read behind a client's end", arguments: Version.allCases)
    func bytesBehindEnd(_ version: Version) throws {
        let connection = try TLSConnection.open(version)
        connection.client.endOutput()
        let end = connection.client.output()
        connection.deliver(end + end)
        connection.deliver(end)
        #expect(connection.isOpen)
        #expect(connection.behind.events == [.active, .inputClosed])
    }

    @Test("A socket that ends without a word of TLS is closed", arguments: Version.allCases)
    func truncation(_ version: Version) throws {
        let connection = try TLSConnection.open(version)
        connection.client.write(Self.hello)
        connection.deliver(connection.client.output())
        connection.endSocket()
        #expect(!connection.isOpen)
        #expect(connection.behind.events == [.active, .read, .inactive])
    }

    /// Of the client's last words, its end among them, nobody but a whole record tells.
    @Test("A socket that ends inside a record is closed", arguments: Version.allCases)
    func truncatedRecord(_ version: Version) throws {
        let connection = try TLSConnection.open(version)
        connection.client.write(Self.hello)
        connection.client.endOutput()
        connection.deliver(connection.client.output().dropLast())
        #expect(connection.behind.events == [.active, .read])
        connection.endSocket()
        #expect(!connection.isOpen)
        #expect(connection.behind.events == [.active, .read, .inactive])
    }

    @Test("A socket that ends within the handshake is closed")
    func truncatedHandshake() throws {
        let connection = try TLSConnection(TLSClient(.tls13))
        _ = connection.client.shakeHands()
        connection.deliver(connection.client.output())
        connection.endSocket()
        #expect(!connection.isOpen)
        #expect(connection.behind.events == [.inactive])
    }

    // MARK: The server's

    @Test(
        "An ended output is told to the client, and input still comes",
        arguments: Version.allCases
    )
    func endedOutput(_ version: Version) throws {
        let connection = try TLSConnection.open(version)
        try connection.write(Self.hello)
        try connection.close(.output)
        #expect(connection.wire.isOutputClosed)
        let said = try connection.read()
        #expect(said.plaintext == Self.hello && said.end == .ended)
        #expect(connection.client.alert == TLSClient.Alert.closeNotify)
        #expect(throws: ChannelError.ioOnClosedChannel) { try connection.write(Self.hello) }
        try connection.close(.output)
        connection.client.write(Self.hello)
        connection.deliver(connection.client.output())
        #expect(connection.behind.plaintext == Self.hello)
        #expect(try connection.sent().isEmpty, "said once, and nothing behind it")
    }

    @Test("A client may end its direction behind the server", arguments: Version.allCases)
    func serverFirst(_ version: Version) throws {
        let connection = try TLSConnection.open(version)
        try connection.close(.output)
        #expect(try connection.read().end == .ended)
        connection.client.endOutput()
        connection.deliver(connection.client.output())
        #expect(connection.behind.events == [.active, .inputClosed])
        #expect(try connection.sent().isEmpty)
        #expect(connection.isOpen)
    }

    @Test("The server's end behind the client's is told, and closes", arguments: Version.allCases)
    func clientFirst(_ version: Version) throws {
        let connection = try TLSConnection.open(version)
        connection.client.endOutput()
        connection.deliver(connection.client.output())
        try connection.close(.output)
        #expect(!connection.wire.isOutputClosed, "a socket with one open side would close at once")
        #expect(!connection.isOpen)
        #expect(try connection.read().end == .ended)
    }

    @Test("A server that closes tells the client", arguments: Version.allCases)
    func close(_ version: Version) throws {
        let connection = try TLSConnection.open(version)
        try connection.write(Self.hello)
        try connection.close(.all)
        #expect(!connection.isOpen)
        let said = try connection.read()
        #expect(said.plaintext == Self.hello && said.end == .ended)
    }

    @Test("A connection that closes within the handshake says nothing")
    func closeEarly() throws {
        let connection = try TLSConnection(TLSClient(.tls13))
        try connection.close(.all)
        #expect(!connection.isOpen)
        #expect(try connection.sent().isEmpty)
    }
}
