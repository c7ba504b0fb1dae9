import NIOCore
import NIOTLS

/// Closes a connection whose TLS handshake takes too long.
///
/// Nothing else notices: until the handshake is over, nothing of the connection's traffic gets
/// through to those who look after the other time-outs.
final class HandshakeDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let allowance: TimeAmount
    private var timer: Scheduled<Void>?

    init(_ allowance: TimeAmount) {
        self.allowance = allowance
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: allowance) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent {
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }
}
