import LedgerTesting
import Logging
import NIOCore
import Synchronization
import Testing

@testable import LedgerServer

/// Lines that come back: all that a protocol needs beside `Server/Net`.
private struct EchoProtocol: ConnectionProtocol {
    let admission: Admission
    /// The number of times that each line comes back.
    let copies: Int
    let lines = Gauge()

    final class Gauge: Sendable {
        let count = Atomic<Int>(0)
    }

    func addHandlers(to channel: any Channel, on loop: ConnectionLoop, isRefused: Bool) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(ByteToMessageHandler(LineDecoder(), maximumBufferSize: 4096))
        try pipeline.addHandler(EchoConnection(self, on: loop, isRefused: isRefused))
    }
}

private struct LineDecoder: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) -> DecodingState
    {
        guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")),
            let line = buffer.readSlice(length: end + 1 - buffer.readerIndex)
        else { return .needMoreData }
        context.fireChannelRead(wrapInboundOut(line))
        return .continue
    }
}

private final class EchoConnection: Connection<ByteBuffer>, ChannelDuplexHandler,
    @unchecked Sendable
{
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let wire: EchoProtocol

    init(_ wire: EchoProtocol, on loop: ConnectionLoop, isRefused: Bool) {
        self.wire = wire
        super.init(
            loop: loop,
            admission: wire.admission,
            timeouts: .patient,
            isRefused: isRefused
        )
    }

    func handlerAdded(context: ChannelHandlerContext) { added(in: context) }
    func handlerRemoved(context: ChannelHandlerContext) { removed() }
    func channelActive(context: ChannelHandlerContext) { opened() }
    func channelInactive(context: ChannelHandlerContext) { closed() }
    func read(context: ChannelHandlerContext) { readRequested(in: context) }
    func channelReadComplete(context: ChannelHandlerContext) { readCompleted() }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { abort() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        decoded(unwrapInboundIn(data))
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { becameWritable() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { inputClosed() }
    }

    override func process(_ line: ByteBuffer) {
        let now = loop.eventLoop.now
        wire.lines.count.add(1, ordering: .relaxed)
        headArrived(keepAlive: true, now: now)
        requestEnded()
        var answer = ByteBuffer()
        for _ in 0..<wire.copies { answer.writeImmutableBuffer(line) }
        write(answer: answer, now: now)
    }

    override func refuse(_ refusal: ConnectionRefusal) {
        write(answer: ByteBuffer(string: "\(refusal)\n"), now: loop.eventLoop.now)
    }
}

@Suite("A second protocol on a listener")
struct SecondProtocolTests {
    private func withEcho(
        copies: Int = 1,
        limits: ConnectionLimits = ConnectionLimits(),
        body: (EchoProtocol, Int) async throws -> Void
    ) async throws {
        let wire = EchoProtocol(admission: Admission(limits: limits), copies: copies)
        let loops = ServerLoops(
            threads: 1,
            admission: wire.admission,
            timeouts: .patient,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let listener = try await Listener.start(
            host: "localhost",
            port: 0,
            tls: nil,
            serving: wire,
            on: loops
        )
        do {
            try await body(wire, listener.port)
        } catch {
            await loops.shutdown(closing: [listener], grace: .zero)
            throw error
        }
        await loops.shutdown(closing: [listener], grace: .zero)
    }

    @Test("Lines come back in their order, also behind the end of the client's side")
    func order() async throws {
        try await withEcho { _, port in
            let client = try RawClient(port: port)
            let text = (0..<1000).map { "line \($0)\n" }.joined()
            try await client.send(text)
            try await client.closeSending()
            #expect(try await client.receiveToEnd() == text)
        }
    }

    @Test("A connection too many is told so and closed")
    func refusal() async throws {
        try await withEcho(limits: ConnectionLimits(connections: 1)) { wire, port in
            let first = try RawClient(port: port)
            try await Patience().wait(for: "the first connection") {
                wire.admission.openConnections == 1
            }
            let second = try RawClient(port: port)
            #expect(try await second.receiveToEnd() == "tooManyConnections\n")
            try await first.close()
        }
    }

    @Test("A client that does not read its answer gets no other, and its bytes are counted")
    func backPressure() async throws {
        let copies = 32 << 10
        let lines = ["a", "b"].map { String(repeating: $0, count: 1023) + "\n" }
        try await withEcho(copies: copies) { wire, port in
            let client = try RawClient(port: port, receiveBuffer: 4096)
            try await client.send(lines[0] + lines[1])
            try await Patience().wait(for: "the first answer") { wire.admission.heldBytes > 0 }
            #expect(wire.admission.heldBytes == copies * 1024)
            #expect(wire.lines.count.load(ordering: .relaxed) == 1)
            try await client.closeSending()
            let answers = try await client.receiveToEnd()
            #expect(answers.utf8.count == 2 * copies * 1024)
            #expect(answers.hasSuffix(lines[1]))
            #expect(wire.lines.count.load(ordering: .relaxed) == 2)
        }
    }
}
