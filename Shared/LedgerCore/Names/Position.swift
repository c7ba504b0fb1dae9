/// Where a subscription stands in one partition: everything before it was delivered.
public enum Position: Hashable, Sendable {
    /// Bootstrapping from the compacted state as of `watermark`: keys up to and including `after`
    /// were delivered (nil: none yet). The log follows at `watermark`.
    case snapshot(watermark: Offset, after: EventKey?)
    /// In the log; the next event is at this offset.
    case log(Offset)
}
