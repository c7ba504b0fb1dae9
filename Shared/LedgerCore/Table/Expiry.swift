extension Timestamp {
    /// The bound for ``Table/purgeExpired(before:limit:)``: a `ttl`, in seconds, lies before this
    /// moment if and only if it is less than this.
    public var firstSecondNotBefore: Int64 {
        // The last whole millisecond before decides.
        Timestamp(milliseconds: milliseconds - 1).seconds + 1
    }
}
