import LedgerCore
import LedgerMaintenance
import RawJSON

/// A verdict for people and for machines.
struct VerdictReport {
    let verdict: LedgerVerdict

    func show(asJSON: Bool) throws(Failure) {
        try asJSON ? Output.line(json) : Output.text(text)
        try Output.keep()
    }

    // MARK: For people

    var text: String {
        var table = Table("STREAM", "PARTITION", "EARLIEST", "NEXT", "EVENTS", "CHAIN", "STATE", "")
        for stream in verdict.streams {
            for partition in stream.partitions {
                table.add(
                    stream.stream.name,
                    "\(partition.partition.index)",
                    "\(partition.earliest.rawValue)",
                    "\(partition.next.rawValue)",
                    "\(partition.events)",
                    chain(partition),
                    state(partition),
                    partition.findings.isEmpty ? "sound" : "WRONG"
                )
            }
        }
        let findings = verdict.allFindings.map { Table.printable(line($0)) + "\n" }
        return (verdict.streams.isEmpty ? "" : table.text + "\n")
            + findings.joined() + notes + summary + "\n"
    }

    private func chain(_ partition: PartitionVerdict) -> String {
        switch partition.chain {
        case .whole: "whole"
        case .from(let offset): "from \(offset.rawValue)"
        case .unseen: "not seen"
        }
    }

    private func state(_ partition: PartitionVerdict) -> String {
        switch partition.state {
        case .none: "none"
        case .equal(let keys, 0): "equal, \(Count(keys, "key"))"
        case .equal(let keys, let older):
            "equal, \(Count(keys, "key")), \(older) older than the log"
        case .different: "WRONG"
        case .unchecked: "not checked"
        }
    }

    private func line(_ finding: Finding) -> String {
        let place = [
            finding.stream.map { "stream \($0)" },
            finding.partition.map { "partition \($0.index)" },
            finding.offset.map { "offset \($0.rawValue)" },
        ]
        let words = place.compactMap { $0 }.joined(separator: ", ")
        return words.isEmpty ? finding.problem : "\(words): \(finding.problem)"
    }

    private var partitions: [PartitionVerdict] { verdict.streams.flatMap(\.partitions) }

    private var notes: String {
        var notes = ""
        let proven = partitions.reduce(0) { $0 + $1.provenHeads }
        let expired = partitions.reduce(0) { $0 + $1.expiredHeads }
        if proven + expired > 0 {
            notes +=
                "\(Count(proven, "kept head")) \(proven == 1 ? "is" : "are") still the log's; of "
                + "\(expired) the events have expired, so they prove nothing any more\n"
        }
        if partitions.contains(where: { if case .from = $0.chain { true } else { false } }) {
            notes += "where events have expired, the chain is proved from the offset named on\n"
        }
        if verdict.leftovers > 0 {
            notes +=
                "\(Count(verdict.leftovers, "row")) of deleted subscriptions left; "
                + "that does no harm\n"
        }
        return notes
    }

    private var summary: String {
        let events = partitions.reduce(0) { $0 + $1.events }
        let what =
            "\(Count(verdict.streams.count, "stream")), "
            + "\(Count(partitions.count, "partition")), \(Count(events, "event"))"
        let count = verdict.allFindings.count
        return count == 0 ? "sound: \(what)" : "WRONG: \(Count(count, "finding")) in \(what)"
    }

    // MARK: For machines

    /// One line; `verify --expect` takes it.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("verdict")
        writer.string(verdict.isSound ? "sound" : "wrong")
        writer.key("streams")
        writer.beginArray()
        for stream in verdict.streams { write(stream, &writer) }
        writer.endArray()
        writer.key("findings")
        writer.beginArray()
        for finding in verdict.allFindings { write(finding, &writer) }
        writer.endArray()
        writer.key("leftovers")
        writer.integer(verdict.leftovers)
        writer.endObject()
        return writer.finish()
    }

    private func write(_ stream: StreamVerdict, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("stream_id")
        writer.string(stream.stream.name)
        writer.key("partitions")
        writer.beginArray()
        for partition in stream.partitions { write(partition, &writer) }
        writer.endArray()
        writer.endObject()
    }

    private func write(_ partition: PartitionVerdict, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("partition")
        writer.integer(partition.partition.index)
        writer.key("earliest_offset")
        writer.integer(partition.earliest.rawValue)
        writer.key("next_offset")
        writer.integer(partition.next.rawValue)
        writer.key("head")
        writer.string(HashChain.text(partition.head))
        writer.key("events")
        writer.integer(partition.events)
        switch partition.chain {
        case .whole: member("chain_from", 0, &writer)
        case .from(let offset): member("chain_from", offset.rawValue, &writer)
        case .unseen: break
        }
        writer.key("state")
        switch partition.state {
        case .none: writer.string("none")
        case .different: writer.string("wrong")
        case .unchecked: writer.string("not checked")
        case .equal(let keys, let older):
            writer.string("equal")
            member("keys", Int64(keys), &writer)
            member("keys_older_than_log", Int64(older), &writer)
        }
        member("proven_heads", Int64(partition.provenHeads), &writer)
        member("expired_heads", Int64(partition.expiredHeads), &writer)
        writer.endObject()
    }

    private func member(_ name: StaticString, _ value: Int64, _ writer: inout JSONWriter) {
        writer.key(name)
        writer.integer(value)
    }

    private func write(_ finding: Finding, _ writer: inout JSONWriter) {
        writer.beginObject()
        if let stream = finding.stream {
            writer.key("stream_id")
            writer.string(stream)
        }
        if let partition = finding.partition {
            member("partition", Int64(partition.index), &writer)
        }
        if let offset = finding.offset { member("offset", offset.rawValue, &writer) }
        writer.key("problem")
        writer.string(finding.problem)
        writer.endObject()
    }
}
