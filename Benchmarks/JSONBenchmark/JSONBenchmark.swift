/// Measures the scan of a publish body and the writing of a poll page, as the service does them.
@main
struct JSONBenchmark {
    static let rounds = 201

    static func main() throws {
        let body = publishBody(events: 3_000)
        let found = try scan(body)
        let scanned = try median { _ = try scan(body) }
        let page = try writePage(found, of: body)
        let written = try median { _ = try writePage(found, of: body) }
        let scanRate = rate(bytes: body.count, in: scanned)
        let writeRate = rate(bytes: page.count, in: written)
        print(
            "json publish-body scan   \(scanRate) MB/s (median of \(rounds)), writer \(writeRate) MB/s"
        )
    }

    /// The middle one of the times that `work` takes.
    static func median(of work: () throws -> Void) rethrows -> Duration {
        let clock = ContinuousClock()
        var times: [Duration] = []
        for _ in 0..<rounds { times.append(try clock.measure(work)) }
        return times.sorted()[rounds / 2]
    }

    /// Megabytes (10⁶ bytes) a second.
    static func rate(bytes: Int, in time: Duration) -> Int {
        Int(Double(bytes) / (time / .microseconds(1)))
    }
}

/// A publish body of about 1 MB with strings, numbers, escapes and letters outside ASCII.
func publishBody(events: Int) -> [UInt8] {
    let list = (0..<events).map { number in
        #"{"key":"customer-\#(number % 97)","type":"order.line.added","data":{"orderId":"ord-\#(1_000_000 + number)","#
            + #""sku":"SKU-\#(number * 7_919 % 100_000)","qty":\#(number % 13),"price":\#(number % 1_000).25,"#
            + #""currency":"EUR","ok":true,"note":"line \"quoted\" text with some café and more of it, to fill","#
            + #""tags":["a","bb","ccc"],"nested":{"lat":52.5200066,"lon":13.4049540}}}"#
    }
    return Array(#"{"events":[\#(list.joined(separator: ","))]}"#.utf8)
}
