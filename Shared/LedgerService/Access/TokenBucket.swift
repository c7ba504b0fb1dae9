/// How many requests may still come: so many a second, and as many at once as come in a second.
struct TokenBucket: Sendable {
    /// Thousandths of a request.
    private var level: Int64
    /// When ``level`` was so.
    private var uptime: Int64

    /// A full bucket.
    init(rate: Int, at uptime: Int64) {
        level = Int64(rate) * 1000
        self.uptime = uptime
    }

    /// Takes one request; false when there is none left.
    ///
    /// `rate`: Requests a second; 0: any number.
    mutating func take(rate: Int, at now: Int64) -> Bool {
        guard rate > 0 else { return true }
        let capacity = Int64(rate) * 1000
        // A second fills it, so what lies further back makes no difference.
        let elapsed = min(max(now - uptime, 0), 1000)
        level = min(level + elapsed * Int64(rate), capacity)
        uptime = max(uptime, now)
        guard level >= 1000 else { return false }
        level -= 1000
        return true
    }
}
