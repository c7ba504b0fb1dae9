import LedgerCore

/// Compressed bodies: never more than the limit comes out, and what does survives compression.
func fuzzContentCoding(_ input: [UInt8]) {
    let limit = 64 * 1024
    for coding in ContentCoding.allCases {
        if let body = try? coding.decode(input, limit: limit) {
            require(body.count <= limit, "\(body.count) bytes came out")
        }
        let again = try? coding.decode(coding.encode(input), limit: input.count)
        require(again == input, "what was compressed does not come out again")
    }
}
