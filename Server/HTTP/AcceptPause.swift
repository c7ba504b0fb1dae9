import Logging
import NIOCore
import Glibc

/// Stops accepting for a second when the system has nothing left for a further connection.
///
/// Whoever wants to connect waits in the system's queue meanwhile. Without it the event loop would be
/// told again and again, as fast as it can go, that somebody wants to. (NIO's `AcceptBackoffHandler`
/// holds back reads that are asked for, and the one that failed is never taken back.)
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let pause = TimeAmount.seconds(1)
    private let logger: Logger
    private var isPaused = false

    init(logger: Logger) {
        self.logger = logger
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, Self.isExhaustion(error.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        guard !isPaused else { return }
        isPaused = true
        logger.warning("accepting no connections for a second", metadata: ["reason": "\(error)"])
        setReading(false, context)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isPaused = false
            self.setReading(true, context)
        }
    }

    /// A channel that is closed has nothing to set any more.
    private func setReading(_ isOn: Bool, _ context: ChannelHandlerContext) {
        try? context.channel.syncOptions?.setOption(.autoRead, value: isOn)
    }

    private static func isExhaustion(_ code: CInt) -> Bool {
        [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code)
    }
}
