extension RowGroup {
    /// The group with this partition key; nil when no group has it.
    public init?(partitionKey text: String) {
        let parts = text.split(separator: "#", omittingEmptySubsequences: false)
        let group: RowGroup? =
            switch (parts[0], parts.count) {
            case ("STREAMS", 1): .streams
            case ("KEYS", 1): .apiKeys
            case ("GC", 1): .deletions
            case ("CLOCK", 1): .clock
            case ("RINGS", 1): .rings
            case ("SWEEP", 1): .sweep
            case ("NAME", 2): Incarnation(hex: parts[1]).map(RowGroup.streamName)
            case ("PART", 2): Incarnation(hex: parts[1]).map(RowGroup.progress)
            case ("SUBS", 2): Incarnation(hex: parts[1]).map(RowGroup.subscriptions)
            case ("IDEM", 2): Incarnation(hex: parts[1]).map(RowGroup.idempotency)
            case ("LOG", 3), ("STATE", 3), ("POS", 3): Self.ofThree(parts)
            default: nil
            }
        // One spelling per group: a partition is written without zeros in front.
        guard let group, group.partitionKey == text else { return nil }
        self = group
    }

    private static func ofThree(_ parts: [Substring]) -> RowGroup? {
        guard let stream = Incarnation(hex: parts[1]) else { return nil }
        if parts[0] == "POS" {
            return Incarnation(hex: parts[2]).map { .positions(stream, subscription: $0) }
        }
        guard let partition = Int(parts[2]).flatMap({ Partition($0) }) else { return nil }
        return parts[0] == "LOG" ? .log(stream, partition) : .latest(stream, partition)
    }

    /// The incarnation of the stream whose rows these are; nil for rows of no stream.
    public var stream: Incarnation? {
        switch self {
        case .streams, .apiKeys, .deletions, .clock, .rings, .sweep: nil
        case .log(let stream, _), .progress(let stream), .latest(let stream, _),
            .subscriptions(let stream), .positions(let stream, _), .idempotency(let stream),
            .streamName(let stream):
            stream
        }
    }
}
