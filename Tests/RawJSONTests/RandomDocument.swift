import RawJSON

/// A random array, together with the values that it was put together from.
struct RandomDocument {
    private(set) var elements: [String] = []
    private(set) var text = ""
    private var random: SplitMix64

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        for _ in 0..<Int.random(in: 0..<8, using: &random) { elements.append(value(depth: 4)) }
        text = "[" + elements.map { space() + $0 + space() }.joined(separator: ",") + "]"
    }

    private mutating func value(depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
        case 0: number()
        case 1, 2: string()
        case 3: pick(["true", "false", "null"])
        case 4: pick(["[]", "{}", "[ ]", "{\n}"])
        case 5: "[" + list { $0.value(depth: depth - 1) } + "]"
        default:
            "{" + list { $0.string() + $0.space() + ":" + $0.space() + $0.value(depth: depth - 1) }
                + "}"
        }
    }

    private mutating func list(_ element: (inout Self) -> String) -> String {
        var items: [String] = []
        for _ in 0...Int.random(in: 0..<4, using: &random) {
            items.append(space() + element(&self) + space())
        }
        return items.joined(separator: ",")
    }

    private mutating func number() -> String {
        let digits = String(UInt64.random(in: 0 ... .max, using: &random) >> 20)
        return pick(["", "-"]) + pick(["0", digits]) + pick(["", ".0", ".\(digits)"])
            + pick(["", "e5", "E-\(digits)", "e+0"])
    }

    private mutating func string() -> String {
        var writer = JSONWriter()
        writer.string(randomText(using: &random))
        let escaped = String(decoding: writer.finish().dropLast(), as: UTF8.self)
        return escaped + pick(["", #"\u00e9"#, #"\ud83d\ude00"#, #"\ud800"#, #"\/"#]) + "\""
    }

    private mutating func space() -> String { pick(["", "", "", " ", "\n", "\t\r\n  "]) }

    private mutating func pick(_ choices: [String]) -> String {
        choices.randomElement(using: &random) ?? ""
    }
}
