import LedgerClient
import LedgerCore
import LedgerMaintenance

/// Heads that were kept: lines as `verify --json` and `stream head --json` print them.
enum HeadFile {
    static func read(_ paths: [String]) throws(Failure) -> KeptHeads {
        var heads = KeptHeads()
        for path in paths {
            let bytes: [UInt8]
            do throws(FileError) {
                bytes = try LedgerFile.read(path)
            } catch {
                throw Failure.unavailable("\(error)")
            }
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                guard let document = try? JSONValue(Array(line)), add(document, to: &heads) else {
                    throw Failure.unavailable(
                        "\(path) holds no heads; keep what `verify --json` or `stream head "
                            + "--json` prints, a document a line"
                    )
                }
            }
        }
        return heads
    }

    /// False when the document is none of ours.
    static func add(_ document: JSONValue, to heads: inout KeptHeads) -> Bool {
        let streams = document["streams"].map(\.elements) ?? [document]
        for stream in streams {
            guard let id = stream["stream_id"]?.text.flatMap({ StreamID($0) }) else { return false }
            for entry in stream["partitions"]?.elements ?? [] {
                guard let partition = Int(entry.text("partition")).flatMap({ Partition($0) }),
                    let next = Int64(entry.text("next_offset")).flatMap({ Offset($0) }),
                    let head = entry["head"]?.text, head.utf8.count == 64
                else { return false }
                heads.add(id, partition, next: next, head: head)
            }
        }
        return true
    }
}
