import LedgerService
import LedgerTesting
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import LedgerServer

/// Bytes on a connection, cut in two at the place that the first byte names.
///
/// The answers do not depend on where the network cuts.
func fuzzHTTP(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let bytes = Array(input.dropFirst())
    let cut = bytes.count * Int(first) / 256
    let whole = answers(to: [bytes])
    let pieces = answers(to: [Array(bytes[..<cut]), Array(bytes[cut...])])
    require(whole == pieces, otherwise: "\(whole) in one piece, \(pieces) in two")
}

/// The status of every answer on a connection that gets these pieces and then ends.
private func answers(to pieces: [[UInt8]]) -> [Substring] {
    let loop = EmbeddedEventLoop()
    let connections = ConnectionLoop(loop)
    let http = HTTPProtocol(core: serverCore(), loops: [connections])
    let channel = EmbeddedChannel(loop: loop)
    do {
        try http.addHandlers(to: channel, on: connections, isRefused: false)
        channel.pipeline.fireChannelActive()
        for piece in pieces {
            channel.pipeline.fireChannelRead(ByteBuffer(bytes: piece))
            channel.pipeline.fireChannelReadComplete()
            loop.run()
        }
        _ = try channel.finish(acceptAlreadyClosed: true)
        return try statuses(channel)
    } catch {
        // The connection may close while it is written to; the answers are there all the same.
        return (try? statuses(channel)) ?? []
    }
}

private func serverCore() -> ServerCore {
    ServerCore(
        configuration: ServerConfiguration(limits: HTTPLimits(bodyBytes: 4096)),
        handler: Echo(),
        compressor: nil,
        metrics: PrometheusMetrics(),
        logger: .silent
    )
}

private func statuses(_ channel: EmbeddedChannel) throws -> [Substring] {
    var statuses: [Substring] = []
    while var buffer = try channel.readOutbound(as: ByteBuffer.self) {
        let text = buffer.readString(length: buffer.readableBytes) ?? ""
        let line = text.prefix { $0 != "\r\n" }.split(separator: " ", maxSplits: 2)
        require(line.count == 3 && line[0] == "HTTP/1.1", otherwise: "no status line")
        statuses.append(line[1])
    }
    return statuses
}

/// Whatever is posted counts as a publish that waits for a commit.
private struct Echo: APIHandler {
    func isPublish(_ request: APIRequest) -> Bool { request.method == "POST" }

    func handle(_ request: APIRequest) async -> APIResponse {
        if isPublish(request) {
            request.place?.take()
            await Task.yield()
        }
        return APIResponse(status: 200, body: request.body)
    }
}
