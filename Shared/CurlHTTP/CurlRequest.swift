import CCurl

/// An HTTP request, for a ``CurlClient`` or a ``CurlPool``.
package struct CurlRequest: Sendable {
    /// The method in upper case: `GET`.
    package var method: String
    /// The absolute address, percent-encoded where it must be.
    package var url: String
    /// Names and values; none may hold a line break.
    package var headers: [(name: String, value: String)]
    /// The bytes after the head; empty for a request without a body.
    package var body: [UInt8]
    /// The longest that the whole call may take, whole milliseconds; zero for as long as it takes.
    package var timeout: Duration
    /// The longest that making a connection may take, whole milliseconds.
    package var connectTimeout: Duration = .seconds(5)
    /// Never sent a second time, also not when a connection that was kept alive turns out dead.
    package var sendsOnce = false
    /// Never through a proxy, whatever `https_proxy` and `http_proxy` say.
    package var isDirect = false
    /// The longest time in which nothing of the answer comes, whole milliseconds; zero for any.
    ///
    /// It is looked at about once a second.
    package var silence: Duration = .zero
    /// Over TLS only: a request to a plain `http` address is not sent.
    package var isSecure = false
    /// The addresses to which a connection may be made; nil: to all.
    ///
    /// With a gate there is no proxy either, since its address would be the one that is judged. A
    /// connection that is kept alive is not judged again: requests with gates have a client of
    /// their own.
    package var gate: CurlGate?
    /// An answer that is larger than the client takes is cut there and counts as received; its
    /// connection ends.
    package var cutsAnswer = false
    /// The authorities of which one must have signed an `https` host's certificate.
    package var roots = CurlRoots.system

    /// A request that may use a proxy and be sent again over a new connection.
    package init(
        method: String = "GET",
        url: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        timeout: Duration = .seconds(30)
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}

/// Judges the addresses to which connections are about to be made.
///
/// It is asked about each address right before its socket is opened, so a name may mean another one
/// than a moment ago.
package final class CurlGate: Sendable {
    private let admits: @Sendable ([UInt8]) -> Bool

    /// A gate that lets connections be made where `admits` is true.
    ///
    /// It gets the 4 bytes of an IPv4 address or the 16 of an IPv6 address, in network order, on the
    /// thread that makes the connection, and must not block.
    package init(_ admits: @escaping @Sendable ([UInt8]) -> Bool) {
        self.admits = admits
    }

    /// Answers libcurl's question; the context is the gate.
    fileprivate static func ask(
        _ context: UnsafeMutableRawPointer?,
        _ address: UnsafePointer<UInt8>?,
        _ count: Int
    ) -> CInt {
        guard let context else { preconditionFailure("the context of a request is its gate") }
        let gate = Unmanaged<CurlGate>.fromOpaque(context).takeUnretainedValue()
        return gate.admits(Array(UnsafeBufferPointer(start: address, count: count))) ? 1 : 0
    }
}

/// Certificate authorities to trust; a host's certificate is checked always.
package enum CurlRoots: Sendable {
    /// Authorities that the system trusts.
    case system
    /// Only the authorities in this PEM text.
    case pem(StaticString)
    /// Only the authorities in the PEM file at this path.
    case file(String)
}

/// The answer to a ``CurlRequest``.
package struct CurlResponse: Sendable {
    /// The HTTP status code.
    package let status: Int
    /// The status line and the headers as received.
    package let head: String
    /// The bytes after the head, without any transfer encoding.
    package let body: [UInt8]

    /// The value of the first header with a name, which is given in lower case.
    package func header(_ name: String) -> String? {
        for line in head.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == name else { continue }
            return String(parts[1].drop { $0 == " " })
        }
        return nil
    }
}

/// A reason for which no answer came, as far as somebody can do something about it.
package enum CurlTrouble: Sendable {
    /// Nobody listens at that address.
    case refused
    /// No trusted authority signed the host's certificate, or it is another host's.
    case certificate
    /// The host broke TLS's handshake off, or does not speak TLS.
    case handshake
    /// The connection was closed without an answer.
    case empty
    /// The request's gate let no connection be made: nothing was sent.
    case forbidden
    /// Anything else; the error's message is all that is known.
    case other
}

/// A call without an answer.
package struct CurlError: Error, Hashable, Sendable, CustomStringConvertible {
    /// False when the request was certainly not carried out.
    package let mayHaveHappened: Bool
    /// libcurl's words, for a person.
    package let message: String
    /// The kind of failure, for advice on what to do about it.
    package var trouble = CurlTrouble.other

    /// The same as ``message``.
    package var description: String { message }
}

extension CurlRequest {
    /// Headers as libcurl takes them: `name:` leaves one out, `name;` sends an empty one.
    ///
    /// By itself libcurl calls every body a form, so the type is left out unless it is given.
    private var lines: [String] {
        let hasType = headers.contains { $0.name.lowercased() == "content-type" }
        let given = headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        return hasType ? given : given + ["Content-Type:"]
    }

    private var rootsFile: String {
        if case .file(let path) = roots { path } else { "" }
    }

    /// Calls `body` with the request as C sees it; its gate must stay until the call has ended.
    func withC<Success>(
        largestAnswer: Int,
        body: (inout el_curl_request) -> Success
    ) -> Success {
        withCStrings([method, url, rootsFile] + lines) { strings in
            self.body.withUnsafeBytes { bytes in
                var request = el_curl_request()
                request.method = strings[0]
                request.url = strings[1]
                request.roots_file = strings[2]
                request.headers = strings + 3
                request.body = bytes.baseAddress
                request.body_count = bytes.count
                request.timeout_ms = timeout.milliseconds
                request.connect_timeout_ms = connectTimeout.milliseconds
                request.silence_ms = silence.milliseconds
                request.largest_answer = largestAnswer
                request.once = sendsOnce ? 1 : 0
                request.direct = isDirect || gate != nil ? 1 : 0
                request.secure = isSecure ? 1 : 0
                request.cut = cutsAnswer ? 1 : 0
                if let gate {
                    request.gate = { CurlGate.ask($0, $1, $2) }
                    request.gate_context = Unmanaged.passUnretained(gate).toOpaque()
                }
                if case .pem(let pem) = roots {
                    request.roots = UnsafeRawPointer(pem.utf8Start)
                    request.roots_count = pem.utf8CodeUnitCount
                }
                return body(&request)
            }
        }
    }
}

/// Calls `body` with an array of C strings that a null pointer ends.
private func withCStrings<Success>(
    _ strings: [String],
    body: (UnsafePointer<UnsafePointer<CChar>?>) -> Success
) -> Success {
    let bytes = strings.map { Array($0.utf8CString) }
    let all = bytes.flatMap { $0 }
    return all.withUnsafeBufferPointer { all in
        var start = 0
        var pointers: [UnsafePointer<CChar>?] = bytes.map { string in
            defer { start += string.count }
            return all.baseAddress.map { $0 + start }
        }
        pointers.append(nil)
        return pointers.withUnsafeBufferPointer { pointers in
            guard let base = pointers.baseAddress else {
                preconditionFailure("the array holds at least its null pointer")
            }
            return body(base)
        }
    }
}

extension CurlResponse {
    /// A call's answer or error; copies the bytes, which C frees afterwards.
    static func result(
        of result: el_curl_result,
        answer: el_curl_answer,
        message: UnsafePointer<CChar>?,
        largestAnswer: Int
    ) -> Result<CurlResponse, CurlError> {
        switch result {
        case EL_CURL_OK: return .success(CurlResponse(answer))
        case EL_CURL_TOO_LARGE:
            let message = "the answer is larger than \(largestAnswer) bytes"
            return .failure(CurlError(mayHaveHappened: true, message: message))
        default:
            let message = message.map { String(cString: $0) } ?? "no answer"
            return .failure(
                CurlError(
                    mayHaveHappened: result == EL_CURL_OPEN,
                    message: message,
                    trouble: CurlTrouble(answer.trouble)
                )
            )
        }
    }

    private init(_ answer: el_curl_answer) {
        status = answer.status
        body = Array(UnsafeBufferPointer(start: answer.body, count: answer.body_count))
        let bytes = UnsafeRawBufferPointer(start: answer.head, count: answer.head_count)
        head = String(decoding: bytes, as: UTF8.self)
    }
}

extension CurlTrouble {
    fileprivate init(_ trouble: el_curl_trouble) {
        self =
            switch trouble {
            case EL_CURL_TROUBLE_REFUSED: .refused
            case EL_CURL_TROUBLE_CERTIFICATE: .certificate
            case EL_CURL_TROUBLE_HANDSHAKE: .handshake
            case EL_CURL_TROUBLE_EMPTY: .empty
            case EL_CURL_TROUBLE_FORBIDDEN: .forbidden
            default: .other
            }
    }
}

extension Duration {
    /// The milliseconds as libcurl takes them; a part of one is dropped.
    fileprivate var milliseconds: Int {
        Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
