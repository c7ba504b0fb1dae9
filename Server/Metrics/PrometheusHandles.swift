import CoreMetrics
import Synchronization

/// A number that only grows.
package final class PrometheusCounter: CounterHandler {
    private let total = Atomic<Int64>(0)

    init() {}

    /// The sum of all increments.
    package var value: Int64 { total.load(ordering: .relaxed) }

    /// Adds to the total; an amount that is not positive is ignored.
    package func increment(by amount: Int64) {
        guard amount > 0 else { return }
        total.wrappingAdd(amount, ordering: .relaxed)
    }

    /// Back to zero, as after a restart.
    package func reset() {
        total.store(0, ordering: .relaxed)
    }
}

/// A number that goes up and down.
package final class PrometheusGauge: MeterHandler, RecorderHandler {
    private let bits = Atomic<UInt64>(0)

    init() {}

    /// The value that was set last; 0 before.
    package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    /// Replaces the value, as a meter does.
    package func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    /// Replaces the value, as a meter does.
    package func set(_ value: Int64) {
        set(Double(value))
    }

    /// Adds to the value.
    package func increment(by amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let result = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if result.exchanged { return }
            old = result.original
        }
    }

    /// Subtracts from the value.
    package func decrement(by amount: Double) {
        increment(by: -amount)
    }

    /// Replaces the value: a recorder that does not aggregate shows only its last one.
    package func record(_ value: Int64) {
        set(value)
    }

    /// Replaces the value: a recorder that does not aggregate shows only its last one.
    package func record(_ value: Double) {
        set(value)
    }
}

/// Observations counted by size, in buckets that are fixed when it is created.
///
/// `@unchecked Sendable` because of the pointer: it never changes, and it points to atomics.
package final class PrometheusHistogram: TimerHandler, RecorderHandler, @unchecked Sendable {
    private let layout: HistogramLayout
    private let counts: UnsafeMutablePointer<Atomic<UInt64>>
    private let sum = Atomic<Int64>(0)

    init(_ layout: HistogramLayout) {
        self.layout = layout
        counts = .allocate(capacity: layout.bounds.count + 1)
        for index in 0...layout.bounds.count { (counts + index).initialize(to: Atomic(0)) }
    }

    deinit {
        counts.deinitialize(count: layout.bounds.count + 1)
        counts.deallocate()
    }

    /// Counts a duration in the layout's nanoseconds.
    package func recordNanoseconds(_ duration: Int64) {
        observe(duration)
    }

    /// Counts a value in the layout's unit.
    package func record(_ value: Int64) {
        observe(value)
    }

    /// Counts a value, rounded; one beyond `Int64` counts as the largest.
    package func record(_ value: Double) {
        observe(Int64(exactly: value.rounded()) ?? .max)
    }

    private func observe(_ value: Int64) {
        var index = 0
        while index < layout.bounds.count, value > layout.bounds[index] { index += 1 }
        counts[index].wrappingAdd(1, ordering: .relaxed)
        sum.wrappingAdd(value, ordering: .relaxed)
    }

    /// Upper bounds with the number of observations up to each, the last being infinity; and their
    /// sum.
    ///
    /// The buckets agree with each other even while observations come in.
    func snapshot() -> (buckets: [(bound: Double, count: UInt64)], sum: Double) {
        var total: UInt64 = 0
        var buckets: [(bound: Double, count: UInt64)] = []
        for index in 0...layout.bounds.count {
            total += counts[index].load(ordering: .relaxed)
            let isLast = index == layout.bounds.count
            let bound = isLast ? .infinity : Double(layout.bounds[index]) / layout.unit
            buckets.append((bound, total))
        }
        return (buckets, Double(sum.load(ordering: .relaxed)) / layout.unit)
    }
}

/// The buckets of a histogram.
struct HistogramLayout {
    /// Upper bounds as recorded, ascending.
    let bounds: [Int64]
    /// The number of recorded units in one shown unit: 1e9 for nanoseconds shown as seconds.
    let unit: Double

    /// Durations recorded in nanoseconds and shown in seconds, from a request answered from memory
    /// to a long poll.
    static let durations = HistogramLayout(
        bounds: [
            100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000,
            50_000_000, 100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000,
            5_000_000_000, 10_000_000_000, 25_000_000_000,
        ],
        unit: 1e9
    )

    /// Counts and bytes, by powers of four from 1 to 16 M.
    static let sizes = HistogramLayout(bounds: (0...12).map { 1 << (2 * $0) }, unit: 1)
}
