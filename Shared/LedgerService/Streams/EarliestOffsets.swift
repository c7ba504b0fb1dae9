import LedgerCore
import Synchronization

/// How far partitions are known to have expired: that only grows, so nobody need search for the
/// earliest offset twice.
final class EarliestOffsets: Sendable {
    /// What is known of one partition.
    struct Finding: Sendable {
        /// Every event below has expired.
        let offset: Offset
        /// The chunk that begins there; nil when there was none yet.
        let chunk: (timestamp: Timestamp, ttl: TTL, end: Offset)?
        /// As of this moment: a clock that was ahead until it was set back has told too much.
        let moment: Timestamp
        /// Under this retention: longer makes events of before readable that are still there.
        let retentionHours: Int?
    }

    private static let most = 100_000

    private let findings = Mutex<[RowGroup: Finding]>([:])

    /// What still holds.
    ///
    /// `trimmedBelow`: Where the partition was trimmed to: what was found below may have been removed since,
    /// under a shorter retention that nobody asked in.
    func finding(
        _ stream: StreamRow,
        _ partition: Partition,
        at now: Timestamp,
        trimmedBelow: Offset
    ) -> Finding? {
        let finding = findings.withLock { $0[.log(stream.incarnation, partition)] }
        guard let finding, finding.moment <= now, finding.offset >= trimmedBelow else { return nil }
        let before = finding.retentionHours ?? .max
        return (stream.retentionHours ?? .max) <= before ? finding : nil
    }

    func remember(_ finding: Finding, _ stream: StreamRow, _ partition: Partition) {
        findings.withLock { findings in
            if findings.count >= Self.most { findings.removeAll() }
            findings[.log(stream.incarnation, partition)] = finding
        }
    }
}
