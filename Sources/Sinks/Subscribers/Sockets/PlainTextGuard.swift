internal import NIOCore

/// Stands before TLS and tells those who speak plain text that this is the wrong language: they would not understand an
/// alert.
final class PlainTextGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The first byte of every TLS connection.
    private static let handshake: UInt8 = 0x16
    private var isRefused = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isRefused { return }
        let bytes = unwrapInboundIn(data)
        if bytes.getInteger(at: bytes.readerIndex, as: UInt8.self) == Self.handshake {
            context.fireChannelRead(data)
            return context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
        isRefused = true
        let line = ControlLine.error(Refusal(.security, "connect with TLS, as openssl s_client does"))
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(line.buffer)).whenComplete { _ in
            bound.value.close(promise: nil)
        }
    }
}
