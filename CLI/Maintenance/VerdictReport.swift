import LedgerBytes
import LedgerCore
import LedgerVerification
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
        case .equal(let keys, 0): "equal, \(Count(keys, of: "key"))"
        case .equal(let keys, let older):
            "equal, \(Count(keys, of: "key")), \(older) older than the log"
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
                "\(Count(proven, of: "kept head")) \(proven == 1 ? "is" : "are") still the log's; of "
                + "\(expired) the events have expired, so they prove nothing any more\n"
        }
        if partitions.contains(where: { if case .from = $0.chain { true } else { false } }) {
            notes += "where events have expired, the chain is proved from the offset named on\n"
        }
        if verdict.leftovers > 0 {
            notes +=
                "\(Count(verdict.leftovers, of: "row")) of deleted subscriptions left; "
                + "that does no harm\n"
        }
        return notes
    }

    private var summary: String {
        let events = partitions.reduce(0) { $0 + $1.events }
        let what =
            "\(Count(verdict.streams.count, of: "stream")), "
            + "\(Count(partitions.count, of: "partition")), \(Count(events, of: "event"))"
        let count = verdict.allFindings.count
        return count == 0 ? "sound: \(what)" : "WRONG: \(Count(count, of: "finding")) in \(what)"
    }

    // MARK: For machines

    /// The verdict in one line of JSON; `verify --expect` takes it.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("verdict")
        writer.string(verdict.isSound ? "sound" : "wrong")
        writer.key("streams")
        writer.beginArray()
        for stream in verdict.streams { write(stream, to: &writer) }
        writer.endArray()
        writer.key("findings")
        writer.beginArray()
        for finding in verdict.allFindings { write(finding, to: &writer) }
        writer.endArray()
        writer.key("leftovers")
        writer.integer(verdict.leftovers)
        writer.endObject()
        return writer.finish()
    }

    private func write(_ stream: StreamVerdict, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("stream_id")
        writer.string(stream.stream.name)
        writer.key("partitions")
        writer.beginArray()
        for partition in stream.partitions { write(partition, to: &writer) }
        writer.endArray()
        writer.endObject()
    }

    private func write(_ partition: PartitionVerdict, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("partition")
        writer.integer(partition.partition.index)
        writer.key("earliest_offset")
        writer.integer(partition.earliest.rawValue)
        writer.key("next_offset")
        writer.integer(partition.next.rawValue)
        writer.key("head")
        writer.string(partition.head.hex)
        writer.key("events")
        writer.integer(partition.events)
        switch partition.chain {
        case .whole: write(0, as: "chain_from", to: &writer)
        case .from(let offset): write(offset.rawValue, as: "chain_from", to: &writer)
        case .unseen: break
        }
        writer.key("state")
        switch partition.state {
        case .none: writer.string("none")
        case .different: writer.string("wrong")
        case .unchecked: writer.string("not checked")
        case .equal(let keys, let older):
            writer.string("equal")
            write(Int64(keys), as: "keys", to: &writer)
            write(Int64(older), as: "keys_older_than_log", to: &writer)
        }
        write(Int64(partition.provenHeads), as: "proven_heads", to: &writer)
        write(Int64(partition.expiredHeads), as: "expired_heads", to: &writer)
        writer.endObject()
    }

    private func write(_ value: Int64, as name: StaticString, to writer: inout JSONWriter) {
        writer.key(name)
        writer.integer(value)
    }

    private func write(_ finding: Finding, to writer: inout JSONWriter) {
        writer.beginObject()
        if let stream = finding.stream {
            writer.key("stream_id")
            writer.string(stream)
        }
        if let partition = finding.partition {
            write(Int64(partition.index), as: "partition", to: &writer)
        }
        if let offset = finding.offset { write(offset.rawValue, as: "offset", to: &writer) }
        writer.key("problem")
        writer.string(finding.problem)
        writer.endObject()
    }
}
