import Dispatch
import LedgerCore
import LedgerService
import LedgerTesting
import RawJSON
import Synchronization

/// The body of a publish, in the form that the first byte chooses.
///
/// What is stored comes back, as many events as the answer says.
func fuzzPublish(_ input: [UInt8]) {
    guard let form = input.first else { return }
    let ledger = LedgerOnMemory()
    var request = ledger.post(Array(input.dropFirst()), to: "/streams/s/events")
    if form & 1 == 1 { request.headers = [("content-type", "application/x-ndjson")] }
    switch form >> 1 & 3 {
    case 1: request.headers.append(("content-encoding", "gzip"))
    case 2: request.headers.append(("content-encoding", "zstd"))
    case 3: request.headers.append(("idempotency-key", "k"))
    default: break
    }
    let answer = ledger.answer(request)
    guard answer.status == 200 else { return }
    let page = ledger.answer(
        APIRequest("GET", at: "/streams/s/events?from=2&limit=1000")
    )
    require(page.status == 200)
    // A page holds at most 1,000 events and 1 MB: more than an input can have.
    require(eventCount(answer.bytes) == eventCount(page.bytes), otherwise: "stored and read differ")
}

private func eventCount(_ body: [UInt8]) -> Int? {
    body.withUnsafeBytes { bytes in
        var reader = JSONReader(validated: bytes, maximumDepth: 200)
        var count = 0
        do throws(JSONError) {
            try reader.namedMembers { name, reader throws(JSONError) in
                guard name == "events" else { return false }
                try reader.elements { reader throws(JSONError) in
                    _ = try reader.skipValue()
                    count += 1
                }
                return true
            }
        } catch {
            return nil
        }
        return count
    }
}

/// A whole request of the API: `METHOD target`, header lines, an empty line, the body.
///
/// The ledger never fails, whatever it is asked.
func fuzzRequest(_ input: [UInt8]) {
    let text = input.split(
        separator: UInt8(ascii: "\n"),
        maxSplits: 64,
        omittingEmptySubsequences: false
    )
    let lines = text.prefix { !$0.isEmpty }.map { String(decoding: $0, as: UTF8.self) }
    guard let words = lines.first?.split(separator: " ", maxSplits: 1), words.count == 2 else {
        return
    }
    let body = text.dropFirst(lines.count + 1).joined(separator: [UInt8(ascii: "\n")])
    let request = APIRequest(
        String(words[0]),
        at: String(words[1]),
        headers: lines.dropFirst().compactMap(header),
        body: Array(body)
    )
    _ = LedgerOnMemory().answer(request)
}

private func header(_ line: String) -> (name: String, value: String)? {
    let parts = line.split(separator: ":", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    return (parts[0].lowercased(), String(parts[1].drop { $0 == " " }))
}

/// A whole ledger on a table in memory: the stream `s` with one partition, two events and the
/// subscriptions `u`, which has cursors, and `d`, whose events are acknowledged one by one.
struct LedgerOnMemory {
    private let process = TestLedger(MemoryTable())

    init() {
        for (path, body) in Self.preparation {
            let answer = answer(post(Array(body.utf8), to: path))
            require(answer.status < 300, otherwise: String(decoding: answer.bytes, as: UTF8.self))
        }
    }

    private static let preparation = [
        ("/streams", JSONBody.stream("s", partitions: 1)),
        (
            "/streams/s/events",
            JSONBody.batch([JSONBody.event(key: "a"), JSONBody.event(key: "b", data: "null")])
        ),
        ("/streams/s/subscriptions", JSONBody.subscription("u")),
        (
            "/streams/s/subscriptions",
            #"{"subscription_id":"d","start_from":"earliest","delivery":{"mode":"events"}}"#
        ),
    ]

    func post(_ body: [UInt8], to path: String) -> APIRequest {
        APIRequest(
            "POST",
            at: path,
            headers: [("content-type", "application/json")],
            body: body
        )
    }

    /// Whatever was asked for, the answer is JSON, and no failure of the ledger's own.
    func answer(_ request: APIRequest) -> APIResponse {
        let done = DispatchSemaphore(value: 0)
        let result = Mutex<APIResponse?>(nil)
        Task.detached {
            let response = await process.api.handle(request)
            result.withLock { $0 = response }
            done.signal()
        }
        done.wait()
        guard let response = result.withLock({ $0 }) else { fatalError("no answer") }
        require(response.status < 500, otherwise: String(decoding: response.bytes, as: UTF8.self))
        require(isJSON(response.bytes), otherwise: "an answer that is no JSON")
        return response
    }

    private func isJSON(_ body: [UInt8]) -> Bool {
        body.withUnsafeBytes { bytes in
            guard var reader = try? JSONReader(bytes, maximumDepth: 200) else { return false }
            return (try? reader.skipValue()) != nil && (try? reader.end()) != nil
        }
    }
}
