import APISuite
import Foundation
import LedgerTesting
import Testing

/// A whole ledger answers requests that are sent without waiting as it answers them one by one.
@Suite("A pipelined ledger")
struct PipelinedLedgerTests {
    /// Requests to a stream `one` of a single partition and to `many` of four, each with the number of
    /// events that are in `one` if all before it did what they should.
    private struct Requests {
        private var random: SeededGenerator
        private(set) var texts: [String] = []
        private var stored = 0

        init(_ count: Int, seed: UInt64) {
            random = SeededGenerator(seed: seed)
            for number in 0..<count { texts.append(next(number)) }
        }

        private mutating func next(_ number: Int) -> String {
            switch Int.random(in: 0..<16, using: &random) {
            case 0: return get("/streams/one/events?partition=0&limit=1000")
            case 1: return get("/streams/many/events?partition=2&limit=1000")
            case 2: return post("/streams/none/events", body: event(number))
            case 3: return post("/streams/one/events", body: "{\"key\":")
            case 4: return post("/streams/many/events", body: batch(number))
            case 5: return post("/streams/many/events", body: event(number))
            case 6:
                let expected = stored + Int.random(in: 0...1, using: &random)
                if expected == stored { stored += 1 }
                let body = "{\"events\":[\(event(number))],\"expected_offset\":\(expected)}"
                return post("/streams/one/events", body: body)
            case 7:
                // One of few keys, so that many are repetitions with another body.
                let key = Int.random(in: 0..<3, using: &random)
                let header = "Idempotency-Key: \(key)\r\n"
                return post("/streams/many/events", body: event(number), headers: header)
            case 8: return post("/streams/one/compact", body: "")
            default:
                stored += 1
                return post("/streams/one/events", body: event(number))
            }
        }

        private mutating func event(_ number: Int) -> String {
            let key = Int.random(in: 0..<8, using: &random)
            return "{\"key\":\"k\(key)\",\"type\":\"t\",\"data\":\(number)}"
        }

        private mutating func batch(_ number: Int) -> String {
            let events = (0..<3).map { _ in event(number) }.joined(separator: ",")
            return "{\"events\":[\(events)],\"atomic\":\(Bool.random(using: &random))}"
        }
    }

    /// The answers without what differs between two ledgers: times, ids and cursors.
    private func answers(
        to requests: [String],
        inPieces: Bool,
        seed: UInt64
    ) async throws -> [String] {
        var answers: [String] = []
        try await withLedger { transport in
            let port = try #require(URL(string: transport.url)?.port)
            let client = try RawClient(port: port)
            for (stream, partitions) in [("one", 1), ("many", 4)] {
                let body = "{\"stream_id\":\"\(stream)\",\"partition_count\":\(partitions)}"
                try await client.send(post("/streams", body: body))
                #expect(try await client.receive().status == 201)
            }
            if inPieces {
                try await sendInPieces(requests, by: client, seed: seed)
                for _ in requests { answers.append(try await Self.plain(client.receive())) }
            } else {
                for request in requests {
                    try await client.send(request)
                    answers.append(try await Self.plain(client.receive()))
                }
            }
        }
        return answers
    }

    /// Sends them one behind the other, cut anywhere.
    private func sendInPieces(
        _ requests: [String],
        by client: RawClient,
        seed: UInt64
    ) async throws {
        var random = SeededGenerator(seed: seed)
        var bytes = Array(requests.joined().utf8)[...]
        while !bytes.isEmpty {
            let piece = bytes.prefix(Int.random(in: 1...6000, using: &random))
            try await client.send(Array(piece))
            bytes = bytes.dropFirst(piece.count)
        }
    }

    private static func plain(_ response: RawResponse) -> String {
        let text = response.text
            .replacing(/"timestamp":"[^"]*"/, with: "")
            .replacing(/"cursor":"[^"]*"/, with: "")
            .replacing(/"next_cursor":"[^"]*"/, with: "")
            .replacing(/"request_id":"[^"]*"/, with: "")
        return "\(response.status) \(text)"
    }

    @Test("Answers and stored order are those of requests sent one by one", arguments: 1...6)
    func equal(seed: UInt64) async throws {
        let requests = Requests(300, seed: seed).texts
        let pipelined = try await answers(to: requests, inPieces: true, seed: seed)
        let single = try await answers(to: requests, inPieces: false, seed: seed)
        for (number, pair) in zip(pipelined, single).enumerated() {
            #expect(pair.0 == pair.1, "seed \(seed), \(requests[number])")
        }
        #expect(pipelined.contains { $0.hasPrefix("409") })
        #expect(pipelined.contains { $0.hasPrefix("404") })
        #expect(pipelined.contains { $0.hasPrefix("400") })
    }
}
