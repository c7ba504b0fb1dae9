import Glibc
import Logging
import NIOCore

/// Stops accepting for a second when the system has nothing left for a further connection.
///
/// Clients that connect wait in the system's queue meanwhile. Without the pause the event loop would
/// be told of them again and again, as fast as it can go. (NIO's `AcceptBackoffHandler` holds back
/// later reads, but the read that failed stays registered.)
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
        setReading(false, on: context)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isPaused = false
            self.setReading(true, on: context)
        }
    }

    /// Turns accepting on or off, and ignores the error of a closed channel.
    private func setReading(_ isOn: Bool, on context: ChannelHandlerContext) {
        try? context.channel.syncOptions?.setOption(.autoRead, value: isOn)
    }

    private static func isExhaustion(_ code: CInt) -> Bool {
        [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code)
    }
}
