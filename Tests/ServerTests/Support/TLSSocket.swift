import LedgerTesting

/// A TLS client on a socket, each of whose bytes a test can hold back.
final class TLSSocket {
    let client: TLSClient
    let socket: RawClient

    init(_ version: TLSClient.Version, port: Int, receiveBuffer: Int32? = nil) throws {
        client = TLSClient(version)
        socket = try RawClient(port: port, receiveBuffer: receiveBuffer)
    }

    /// Sends what the client has to say, in segments of up to so many bytes.
    func flush(inPiecesOf size: Int = .max) async throws {
        var rest = client.output()[...]
        while !rest.isEmpty {
            let piece = rest.prefix(size)
            try await socket.send(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
    }

    func shakeHands(inPiecesOf size: Int = .max) async throws {
        while client.shakeHands() == .wantsInput {
            try await flush(inPiecesOf: size)
            let answer = try await socket.receiveBytes()
            guard !answer.isEmpty else { throw TestFailure("closed within the handshake") }
            client.receive(answer)
        }
        try await flush(inPiecesOf: size)
    }

    func send(_ text: String) async throws {
        client.write(Array(text.utf8))
        try await flush()
    }

    /// Everything until the server says that this was all; throws when its socket ends without that.
    func receiveToEnd() async throws -> [UInt8] {
        var plaintext: [UInt8] = []
        while true {
            let (part, end) = client.read()
            plaintext += part
            switch end {
            case .ended: return plaintext
            case .failed, .done: throw TestFailure("broken after \(plaintext.count) bytes")
            case .wantsInput: break
            }
            let bytes = try await socket.receiveBytes()
            guard !bytes.isEmpty else {
                throw TestFailure("cut off after \(plaintext.count) bytes")
            }
            client.receive(bytes)
        }
    }
}
