import LedgerService

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
    let target = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let body = text.dropFirst(lines.count + 1).joined(separator: [UInt8(ascii: "\n")])
    let request = APIRequest(
        method: String(words[0]),
        path: String(target[0]),
        query: target.count > 1 ? String(target[1]) : "",
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
