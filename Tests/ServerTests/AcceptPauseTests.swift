import Glibc
import LedgerTesting
import NIOCore
import NIOEmbedded
import Testing

@testable import LedgerServer

@Suite("Without file descriptors")
struct AcceptPauseTests {
    private let loop = EmbeddedEventLoop()

    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(loop: loop)
        try channel.pipeline.syncOperations.addHandler(AcceptPause(logger: .silent))
        return channel
    }

    @Test("Nothing is accepted for a second, then again", arguments: [EMFILE, ENFILE, ENOMEM])
    func pauses(_ code: Int32) throws {
        let channel = try channel()
        for _ in 0..<2 {
            channel.pipeline.fireErrorCaught(IOError(errnoCode: code, reason: "accept"))
            channel.pipeline.fireErrorCaught(IOError(errnoCode: code, reason: "accept"))
            loop.advanceTime(by: .milliseconds(999))
            #expect(isReading(channel) == false)
            loop.advanceTime(by: .milliseconds(1))
            #expect(isReading(channel))
        }
        try channel.throwIfErrorCaught()
    }

    @Test("What concerns one connection alone pauses nothing")
    func goesOn() throws {
        let channel = try channel()
        channel.pipeline.fireErrorCaught(IOError(errnoCode: ECONNABORTED, reason: "accept"))
        #expect(isReading(channel))
        #expect(throws: IOError.self) { try channel.throwIfErrorCaught() }
    }

    /// As the handler has set it; the option itself always reads true here.
    private func isReading(_ channel: EmbeddedChannel) -> Bool {
        let set = channel.options.first { $0.option is ChannelOptions.Types.AutoReadOption }
        return set?.value as? Bool ?? true
    }
}
