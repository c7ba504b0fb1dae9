import LedgerCore
import RawJSON

/// Members of groups, as requests name them and answers show them.
extension MemberName {
    /// Reads a path's or a query's `member`.
    init(parameter text: String) throws(LedgerError) {
        guard let name = MemberName(text) else {
            let most = Limits.memberNameBytes.upperBound
            throw .invalid(
                field: "member",
                message: "must be 1 to \(most) letters, digits, '_', '.' or '-' of ASCII",
                limit: most
            )
        }
        self = name
    }
}

extension QueryParameters {
    /// The member that `member` and `session` name; nil without one.
    func member() throws(LedgerError) -> MemberRequest? {
        let session = try number("session").map { seconds throws(LedgerError) in
            try MemberRequest.session(seconds)
        }
        guard let text = text("member") else {
            guard session == nil else {
                throw .invalid(field: "session", message: "is a member's: it needs member")
            }
            return nil
        }
        let name = try MemberName(parameter: text)
        return MemberRequest(name, session: session ?? Limits.defaultSession)
    }
}

extension MemberRequest {
    /// A session of so many seconds.
    static func session(_ seconds: Int64) throws(LedgerError) -> Duration {
        let session = Limits.session
        let range = session.lowerBound.wholeSeconds...session.upperBound.wholeSeconds
        guard range.contains(seconds) else {
            throw .invalid(
                field: "session",
                message: "must be \(range.lowerBound) to \(range.upperBound) whole seconds",
                limit: Int(seconds < range.lowerBound ? range.lowerBound : range.upperBound)
            )
        }
        return .seconds(seconds)
    }
}

extension JSONWriter {
    /// Writes what a member of a group holds, as its poll answers it.
    mutating func write(_ share: GroupShare) {
        beginObject()
        holdings(
            of: share.member,
            assigned: share.assigned.map { ($0.partition, $0.lease) },
            givingUp: share.givingUp
        )
        key("session")
        integer(share.session.wholeSeconds)
        endObject()
    }

    /// Writes a member of a group, as others see it.
    mutating func write(_ member: GroupMember) {
        beginObject()
        holdings(
            of: member.name,
            assigned: member.assigned.map { ($0.partition, $0.lease) },
            givingUp: member.givingUp
        )
        key("renewed_at")
        string(RFC3339.text(member.renewed))
        key("session")
        integer(member.session.wholeSeconds)
        endObject()
    }

    /// Writes the numbers of partitions, as an array.
    mutating func numbers(of partitions: [Partition]) {
        beginArray()
        for partition in partitions { integer(partition.index) }
        endArray()
    }

    private mutating func holdings(
        of member: MemberName,
        assigned: [(partition: Partition, lease: Int64)],
        givingUp: [Partition]
    ) {
        key("name")
        string(member.name)
        key("assigned")
        beginArray()
        for (partition, lease) in assigned {
            beginObject()
            key("partition")
            integer(partition.index)
            key("epoch")
            integer(lease)
            endObject()
        }
        endArray()
        key("giving_up")
        numbers(of: givingUp)
    }
}
