import LedgerTesting
import Testing

@testable import LedgerService

@Suite("Values that are kept while they are used")
struct GenerationsTests {
    @Test("What is asked for stays, and what is not is forgotten")
    func use() {
        var kept = Generations<Int, String>(room: 8)
        for key in 0..<100 {
            kept.keep("\(key)", of: key)
            #expect(kept.value(of: 0) == "0")
        }
        #expect(kept.value(of: 99) == "99")
        #expect(kept.value(of: 1) == nil)
    }

    @Test("There are never more than the most, and never another value than the last")
    func random() {
        var random = SeededGenerator(seed: 5)
        var kept = Generations<Int, Int>(room: 16)
        var last: [Int: Int] = [:]
        for step in 0..<5000 {
            let key = Int.random(in: 0..<64, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                kept.forget(key)
                last[key] = nil
            case 1:
                kept.keep(step, of: key)
                last[key] = step
            default:
                let value = kept.value(of: key)
                #expect(value == nil || value == last[key])
            }
            #expect(kept.weight <= 16)
        }
    }

    @Test("Each takes the room that it weighs, also where it takes another one's place")
    func weights() {
        var kept = Generations<Int, Int>(room: 100) { $0 }
        for key in 0..<10 { kept.keep(9, of: key) }
        #expect(kept.weight == 90)
        kept.keep(5, of: 9)
        #expect(kept.weight == 86)
        kept.forget(9)
        kept.forget(0)
        #expect(kept.weight == 72)
    }
}
