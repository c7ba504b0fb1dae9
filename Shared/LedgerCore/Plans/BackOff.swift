/// When a call that was refused for the moment is made again, as a value.
package struct BackOff: Sendable {
    private var refusals = 0

    /// Nothing was refused yet.
    package init() {}

    /// The call was refused.
    ///
    /// - Returns: How long to pause, milliseconds: anything in the range, so that many that were
    ///   refused together do not come back together.
    package mutating func refused() -> ClosedRange<Int64> {
        let range = Limits.foldPause
        let longest = min(range.lowerBound << Int64(min(refusals, 16)), range.upperBound)
        refusals += 1
        return longest / 2...longest
    }
}

extension TableError {
    /// Whether the same call can succeed soon.
    package var mayPass: Bool {
        switch reason {
        case .throttled, .unavailable: true
        case .full, .corrupt, .invalid, .closed: false
        }
    }
}
