import LedgerBytes
import LedgerCore

/// A path of the API as the OpenAPI document writes it: `/streams/{stream}/events`.
///
/// Two steps read a path as it came. ``PathTree`` finds the pattern by the words alone, and only
/// then ``parameters(of:)`` looks at what stands between them: what is no route is a 404, however
/// odd its names.
package struct PathPattern: Hashable, Sendable, CustomStringConvertible {
    /// A part of a path between two slashes.
    enum Segment: Hashable {
        /// The text itself, as UTF-8.
        case word(ArraySlice<UInt8>)
        case parameter(PathParameter)

        fileprivate init(_ text: ArraySlice<UInt8>) {
            guard text.first == UInt8(ascii: "{") else {
                self = .word(text)
                return
            }
            let name = text.dropFirst().dropLast()
            guard let parameter = PathParameter(name: name) else {
                preconditionFailure("no path has such a parameter")
            }
            self = .parameter(parameter)
        }

        fileprivate var parameter: PathParameter? {
            if case .parameter(let parameter) = self { parameter } else { nil }
        }
    }

    /// `/streams/{stream}/events`.
    package let description: String
    let segments: [Segment]

    /// The pattern must be one: a parameter of no ``PathParameter``, or one behind a key, is a
    /// mistake in the program.
    ///
    /// It is read as bytes, for every process reads all patterns as it starts.
    init(_ text: String) {
        let bytes = Array(text.utf8)
        precondition(bytes.first == UInt8(ascii: "/"), "a path begins with a slash")
        description = text
        segments = bytes.dropFirst().split(separator: UInt8(ascii: "/")).map(Segment.init)
        precondition(
            segments.dropLast().allSatisfy { $0.parameter?.takesRest != true },
            "a key is the whole rest of its path"
        )
    }

    var hasStream: Bool { segments.contains { $0.parameter == .stream } }

    /// The parameters of a path that fits this pattern.
    ///
    /// Throws for the first of them that breaks its rule.
    func parameters(of path: String) throws(LedgerError) -> PathParameters {
        var found = PathParameters()
        var rest = path.utf8[...]
        for part in segments {
            let parameter = part.parameter
            rest = rest.dropFirst()
            let segment = parameter?.takesRest == true ? rest : rest.segment
            if let parameter { try found.read(parameter, from: segment) }
            rest = rest[segment.endIndex...]
        }
        return found
    }
}

extension PathPattern: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self.init(text) }
}

/// The parameters that paths have, by their names in patterns.
enum PathParameter: String, CaseIterable {
    case stream
    case subscription
    case member
    case partition
    case offset
    /// An event's key: the whole rest of the path, slashes and all.
    case key
    case apiKey = "key_id"

    /// The parameter of this name; nil when there is none.
    fileprivate init?(name: ArraySlice<UInt8>) {
        guard let found = Self.allCases.first(where: { $0.isCalled(name) })
        else { return nil }
        self = found
    }

    private func isCalled(_ name: ArraySlice<UInt8>) -> Bool {
        name.count == rawValue.utf8.count && name.elementsEqual(rawValue.utf8)
    }

    var takesRest: Bool { self == .key }
}

/// A path's values for its pattern's parameters, each of which keeps the rule of its kind.
struct PathParameters {
    private(set) var stream: StreamID?
    private(set) var subscription: SubscriptionID?
    private(set) var member: MemberName?
    /// A number that need not be one of the stream's partitions.
    private(set) var partition: Int64?
    /// An offset that need not be one of the partition's.
    private(set) var offset: Offset?
    private(set) var key: EventKey?
    /// As the client wrote it.
    private(set) var apiKey: String?

    fileprivate mutating func read(
        _ parameter: PathParameter,
        from segment: Substring.UTF8View
    ) throws(LedgerError) {
        switch parameter {
        case .stream:
            let text = Self.decoded(segment)
            guard let id = StreamID(text) else { throw .invalidStreamID(text) }
            stream = id
        case .subscription:
            let text = Self.decoded(segment)
            guard let id = SubscriptionID(text) else { throw .invalidSubscriptionID(text) }
            subscription = id
        case .member: member = try MemberName(parameter: Self.decoded(segment))
        case .partition:
            guard let number = QueryParameters.digits(String(Substring(segment))) else {
                throw .invalid(field: "partition", message: "must be a number, in digits only")
            }
            partition = number
        case .offset:
            let number = QueryParameters.digits(String(Substring(segment)))
            guard let place = number.flatMap({ Offset($0) }) else {
                throw .invalid(
                    field: "offset",
                    message: "must be a number below 2^63, in digits only"
                )
            }
            offset = place
        case .key:
            guard let bytes = PercentCoding.decode(segment), let key = EventKey(utf8: bytes) else {
                throw .invalidKeyParameter
            }
            self.key = key
        case .apiKey: apiKey = Self.decoded(segment)
        }
    }

    /// A name that is wrongly encoded is refused as it stands, for breaking the rule of names.
    private static func decoded(_ segment: Substring.UTF8View) -> String {
        guard segment.contains(UInt8(ascii: "%")) else { return String(Substring(segment)) }
        return PercentCoding.decodeText(segment) ?? String(Substring(segment))
    }
}

/// The paths of a table as a tree of their words, so that finding one reads a path once, however
/// many there are, and allocates nothing.
struct PathTree: Sendable {
    /// A place between two segments.
    ///
    /// Its numbers are places in the tree's arrays, so that a walk retains three objects at most.
    private struct Node {
        /// The first of the words that may follow.
        var word: Int?
        /// The node behind a parameter that may follow.
        var parameter: Int?
        /// The pattern that takes all that follows.
        var rest: Int?
        /// The pattern that ends here.
        var end: Int?
    }

    private struct Word {
        /// Its place in ``PathTree/text``.
        let text: Range<Int>
        let node: Int
        /// Another word in the same place.
        let next: Int?
    }

    private var nodes = [Node()]
    private var words: [Word] = []
    private var text: [UInt8] = []

    /// The place of a pattern that was put in before; else puts it in as `new`.
    mutating func place(of pattern: PathPattern, orNew new: Int) -> Int {
        var node = 0
        for segment in pattern.segments {
            switch segment {
            case .word(let word): node = child(of: node, behind: word)
            case .parameter(let parameter) where parameter.takesRest:
                let place = nodes[node].rest ?? new
                nodes[node].rest = place
                return place
            case .parameter: node = child(of: node)
            }
        }
        let place = nodes[node].end ?? new
        nodes[node].end = place
        return place
    }

    private mutating func child(of node: Int, behind word: ArraySlice<UInt8>) -> Int {
        if let known = self.node(after: node, through: word.span) { return known }
        words.append(
            Word(
                text: text.count..<text.count + word.count,
                node: nodes.count,
                next: nodes[node].word
            )
        )
        text += word
        nodes[node].word = words.count - 1
        nodes.append(Node())
        return nodes.count - 1
    }

    private mutating func child(of node: Int) -> Int {
        if let known = nodes[node].parameter { return known }
        nodes[node].parameter = nodes.count
        nodes.append(Node())
        return nodes.count - 1
    }

    /// Traps unless a path fits one pattern at most, whatever their order.
    ///
    /// Where one has a word and another a parameter, the word must be the last of its path and the
    /// parameter must not be.
    func checkAmbiguity() {
        for node in nodes.indices { checkAmbiguity(of: node) }
    }

    private func checkAmbiguity(of node: Int) {
        guard let parameter = nodes[node].parameter else { return }
        let behind = nodes[parameter]
        var next = nodes[node].word
        while let word = next.map({ words[$0] }) {
            let isLast = nodes[word.node].word == nil && nodes[word.node].parameter == nil
            precondition(
                isLast && nodes[word.node].rest == nil && behind.end == nil && behind.rest == nil,
                "a path could fit two patterns"
            )
            next = word.next
        }
    }

    /// The number of the pattern that a path as on the wire fits; nil when it fits none.
    func find(_ path: String) -> Int? {
        let bytes = path.utf8.span
        var node = 0
        var place = 0
        while place < bytes.count {
            // Only the first can be anything else: a segment ends at a slash.
            guard bytes[place] == UInt8(ascii: "/") else { return nil }
            if let pattern = nodes[node].rest { return pattern }
            var end = place + 1
            while end < bytes.count, bytes[end] != UInt8(ascii: "/") { end += 1 }
            let segment = bytes.extracting(place + 1..<end)
            let (word, parameter) = (
                self.node(after: node, through: segment), nodes[node].parameter
            )
            // Where both may follow, the word is the last of its path, and the parameter is not.
            guard let next = end == bytes.count ? word ?? parameter : parameter ?? word
            else { return nil }
            node = next
            place = end
        }
        return nodes[node].end
    }

    private func node(after node: Int, through segment: Span<UInt8>) -> Int? {
        var next = nodes[node].word
        while let index = next {
            let word = words[index]
            if word.text.count == segment.count,
                segment.indices.allSatisfy({ segment[$0] == text[word.text.lowerBound + $0] })
            {
                return word.node
            }
            next = word.next
        }
        return nil
    }
}

extension Substring.UTF8View {
    /// Up to the next slash.
    fileprivate var segment: Substring.UTF8View {
        self[..<(firstIndex(of: UInt8(ascii: "/")) ?? endIndex)]
    }
}
