/// What happened, step by step: as text for a person, and as a fingerprint for comparing.
final class Trace: @unchecked Sendable {
    private let prints: Bool
    /// FNV-1a of all lines.
    private(set) var fingerprint: UInt64 = 0xcbf2_9ce4_8422_2325

    init(prints: Bool) {
        self.prints = prints
    }

    /// Notes a step; `line` is only put together when someone reads it.
    func note(_ now: Int64, _ process: Int, _ code: Int, _ line: @autoclosure () -> String) {
        for value in [now, Int64(process), Int64(code)] { mix(UInt64(bitPattern: value)) }
        if prints { print("\(Self.time(now)) process \(process): \(line())") }
    }

    private func mix(_ value: UInt64) {
        fingerprint = (fingerprint ^ value) &* 0x100_0000_01b3
    }

    private static func time(_ now: Int64) -> String {
        let seconds = now / 1000
        let text = "\(seconds / 86_400)d \(seconds / 3600 % 24)h \(seconds / 60 % 60)m "
        return text + "\(seconds % 60).\(1000 + now % 1000)s".replacingFirst(".1", by: ".")
    }
}

extension String {
    fileprivate func replacingFirst(_ pattern: String, by text: String) -> String {
        guard let range = firstRange(of: pattern) else { return self }
        return self[..<range.lowerBound] + text + self[range.upperBound...]
    }
}
