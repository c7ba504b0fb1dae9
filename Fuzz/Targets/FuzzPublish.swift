import LedgerCore
import LedgerService
import RawJSON

/// The body of a publish, in the form that the first byte chooses.
///
/// What is stored comes back, as many events as the answer says.
func fuzzPublish(_ input: [UInt8]) {
    guard let form = input.first else { return }
    let ledger = LedgerOnMemory()
    var request = ledger.post("/streams/s/events", Array(input.dropFirst()))
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
        APIRequest(method: "GET", path: "/streams/s/events", query: "from=2&limit=1000")
    )
    require(page.status == 200)
    // A page holds at most 1,000 events and 1 MB: more than an input can have.
    require(eventCount(answer.body) == eventCount(page.body), "stored and read differ")
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
