package import LedgerCore

/// Something that is wrong, and where.
package struct Finding: Hashable, Sendable {
    /// The stream's name, or its incarnation when it has none any more; nil: the ledger as a whole.
    package let stream: String?
    /// The partition; nil: the stream as a whole.
    package let partition: Partition?
    /// The offset; nil when it is about none.
    package let offset: Offset?
    /// What is wrong, for a person; holds no payload.
    package let problem: String

    /// A finding.
    package init(
        stream: String? = nil,
        partition: Partition? = nil,
        offset: Offset? = nil,
        _ problem: String
    ) {
        self.stream = stream
        self.partition = partition
        self.offset = offset
        self.problem = problem
    }
}

/// Findings of one place, the first of them kept and the rest counted: a damaged file can have
/// millions.
struct Findings {
    private static let most = 100

    private(set) var all: [Finding] = []
    private var more = 0

    var isEmpty: Bool { all.isEmpty }

    mutating func add(_ finding: Finding) {
        if all.count < Self.most { all.append(finding) } else { more += 1 }
    }

    static func += (left: inout Findings, right: Findings) {
        for finding in right.all { left.add(finding) }
        left.more += right.more
    }

    /// Those kept, and a last one that counts the others.
    var reported: [Finding] {
        guard more > 0, let last = all.last else { return all }
        return all + [Finding(stream: last.stream, partition: last.partition, "and \(more) more")]
    }
}
