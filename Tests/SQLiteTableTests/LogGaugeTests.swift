import Testing

@testable import SQLiteTable

@Suite struct LogGaugeTests {
    /// In frames: copied from 1,000 on, begun anew from 16,000 on, whatever it takes from 48,000 on.
    private static func gauge() -> LogGauge {
        var options = SQLiteOptions()
        options.checkpointBytes = 1_000 << 10
        options.logBytes = 16_000 << 10
        options.maximumLogBytes = 48_000 << 10
        return LogGauge(LogGauge.Bounds(options, frameBytes: 1 << 10))
    }

    @Test func aLongLogIsGivenWayToAndBegunAnew() {
        var gauge = Self.gauge()
        #expect(advice(&gauge, 15_000) == "none")
        #expect(advice(&gauge, 16_500) == "give way")
        begin(&gauge)
        gauge.endPass(copied: 16_500)
        #expect(advice(&gauge, 16_510) == "now")
        #expect(advice(&gauge, 10) == "none")
        #expect(gauge.restarts == 1)
    }

    @Test func aReaderThatStaysDoesNotSlowTheWriter() {
        var gauge = Self.gauge()
        _ = gauge.committed(frames: 10_000)
        // The reader came at 2,000 frames.
        for frames in stride(from: 20_000, to: 48_000, by: 1_000) {
            begin(&gauge)
            gauge.endPass(copied: 2_000)
            let advice = advice(&gauge, frames)
            if frames > 20_000 { #expect(advice == "none", "\(frames)") }
        }
        // Past the bound it is tried now and then, not with each commit.
        var attempts = 0
        for frames in stride(from: 48_000, to: 80_000, by: 100)
        where advice(&gauge, frames) == "whenever" {
            attempts += 1
            begin(&gauge)
            gauge.passFailed()
        }
        #expect(attempts == 8)
    }

    @Test func whenTheReaderIsGoneTheLogIsBegunAnew() {
        var gauge = Self.gauge()
        _ = gauge.committed(frames: 20_000)
        begin(&gauge)
        gauge.endPass(copied: 2_000)
        #expect(advice(&gauge, 21_000) == "none")
        begin(&gauge)
        gauge.endPass(copied: 21_000)
        #expect(advice(&gauge, 21_010) == "now")
    }

    @Test func whatComesAfterAPassWakesTheCheckpointer() {
        var gauge = Self.gauge()
        _ = gauge.committed(frames: 100)
        begin(&gauge)
        // The pass has seen a commit that the writer tells of only now.
        gauge.endPass(copied: 110)
        #expect(!gauge.committed(frames: 110).wakesCheckpointer)
        #expect(gauge.committed(frames: 115).wakesCheckpointer)
        #expect(gauge.mayCopy)
    }

    @Test func aLogBegunAnewWakesTheCheckpointer() {
        var gauge = Self.gauge()
        _ = gauge.committed(frames: 100)
        begin(&gauge)
        gauge.endPass(copied: 110)
        _ = gauge.committed(frames: 110)
        #expect(gauge.committed(frames: 5).wakesCheckpointer)
        #expect(gauge.mayCopy)
    }

    @Test func nothingIsCopiedWhenWritingWasGivenUp() {
        var gauge = Self.gauge()
        #expect(advice(&gauge, 48_000) == "whenever")
        gauge.giveUp()
        #expect(!gauge.mayCopy && !gauge.mustCopy)
        let began = gauge.beginPass()
        #expect(!began)
        #expect(advice(&gauge, 49_000) == "none")
    }

    private func advice(_ gauge: inout LogGauge, _ frames: Int) -> String {
        switch gauge.committed(frames: frames).0 {
        case nil: "none"
        case .now: "now"
        case .giveWay: "give way"
        case .whenever: "whenever"
        }
    }

    private func begin(_ gauge: inout LogGauge) {
        let began = gauge.beginPass()
        #expect(began)
    }
}
