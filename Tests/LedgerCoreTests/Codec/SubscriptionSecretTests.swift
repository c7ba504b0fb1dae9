import Testing

@testable import LedgerCore

@Suite("A subscription's secret")
struct SubscriptionSecretTests {
    @Test("It has 32 bytes, drawn as two ids are")
    func bytes() {
        for count in [0, 31, 33] {
            #expect(SubscriptionSecret(bytes: [UInt8](repeating: 1, count: count)) == nil)
        }
        var random = CodecRandom(seed: 1)
        var again = CodecRandom(seed: 1)
        let halves = (0..<2).map { _ in StreamIncarnation.random(using: &again).bytes }
        #expect(SubscriptionSecret.random(using: &random).bytes == halves[0] + halves[1])
    }
}
