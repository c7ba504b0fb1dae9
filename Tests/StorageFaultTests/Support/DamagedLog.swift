import APISuite
import LedgerCore
import LedgerTesting

/// A stream of two partitions, one of which has three chunks of one event; the middle one is for
/// damaging.
struct DamagedLog {
    /// A key of the partition with the three chunks, and one of the other.
    let key: String
    let otherKey: String
    /// The middle chunk.
    var damaged: TableKey { chunk(1) }
    private let node: Node
    private let stream: Incarnation
    private let partition: Partition

    init(_ table: any Table) async throws {
        node = Node(table, seed: 1, clock: ManualClock())
        var answers: [Answer] = []
        answers.append(
            await node.call("POST", "/streams", "{\"stream_id\":\"s\",\"partition_count\":2}")
        )
        var places: [Int: [String]] = [:]
        for key in ["a", "b", "c", "d"] {
            let answer = await node.call(
                "POST",
                "/streams/s/events",
                "{\"key\":\"\(key)\",\"type\":\"t\",\"data\":0}"
            )
            places[answer.events[0]["partition"] as? Int ?? -1, default: []].append(key)
        }
        // Begun anew, now that it is known which key goes where.
        answers.append(await node.call("DELETE", "/streams/s"))
        answers.append(
            await node.call("POST", "/streams", "{\"stream_id\":\"s\",\"partition_count\":2}")
        )
        (key, otherKey) = (places[0]?.first ?? "", places[1]?.first ?? "")
        for key in [key, otherKey, key, key] {
            let body = "{\"key\":\"\(key)\",\"type\":\"t\",\"data\":\"\(key)\"}"
            answers.append(await node.call("POST", "/streams/s/events", body))
        }
        precondition(answers.allSatisfy { $0.status < 300 }, "\(answers)")
        guard let id = StreamID("s"), let row = try await table.get(.stream(id)) else {
            preconditionFailure("the stream was just made")
        }
        stream = try StreamRow(row).incarnation
        partition = try StreamRow(row).partitions[0]
    }

    /// A chunk of the partition by its offset.
    func chunk(_ offset: Int64) -> TableKey {
        .chunk(stream, partition, Offset.zero.advanced(by: Int(offset)))
    }

    /// A page of the partition.
    func page(from offset: Int) async -> Answer {
        await node.call("GET", "/streams/s/events?partition=0&from=\(offset)")
    }

    /// What is wrong with how a damaged middle chunk is dealt with; nil: nothing.
    func complaint(aboutAll: Bool) async -> String? {
        let answer = await page(from: 1)
        guard answer.status == 500, answer.error == "corrupt_chunk",
            answer.details["stream_id"] as? String == "s",
            answer.details["partition"] as? Int == 0, answer.details["offset"] as? Int == 1
        else { return "at the damage: \(answer)" }
        return aboutAll ? await complaintAboutTheRest() : nil
    }

    private func complaintAboutTheRest() async -> String? {
        let before = await page(from: 0)
        if before.offsets != [0] || before.caughtUp { return "before it: \(before)" }
        let after = await page(from: 2)
        if after.offsets != [2] || !after.caughtUp { return "after it: \(after)" }
        let other = await node.call("GET", "/streams/s/events?partition=1&from=0")
        if other.offsets != [0] { return "beside it: \(other)" }
        return nil
    }
}
