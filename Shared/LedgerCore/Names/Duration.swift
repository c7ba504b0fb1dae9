extension Duration {
    /// So many hours: the unit of a stream's retention.
    package static func hours(_ count: Int) -> Duration { .seconds(3600 * count) }

    /// The milliseconds in this span, as rows, texts and random draws count time; a part of one is
    /// dropped.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    /// The seconds in this span, as the API counts time; a part of one is dropped.
    package var wholeSeconds: Int64 { components.seconds }

    /// The hours in this span, as texts and the documentation count time; a part of one is dropped.
    package var wholeHours: Int64 { wholeSeconds / 3600 }
}
