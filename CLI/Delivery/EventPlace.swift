import ArgumentParser
import LedgerBytes
import RawJSON

/// An event's place in its stream, written `PARTITION/OFFSET`.
struct EventPlace: Hashable, Sendable, ExpressibleByArgument, CustomStringConvertible {
    let partition: Int
    let offset: Int64

    var description: String { "\(partition)/\(offset)" }
    /// The same as a path of the API ends in it.
    var path: [String] { ["\(partition)", "\(offset)"] }

    init(partition: Int, offset: Int64) {
        self.partition = partition
        self.offset = offset
    }

    /// Nil when it is not two numbers in digits.
    init?(argument text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.allSatisfy(ASCII.isDigit) }),
            let partition = Int(String(decoding: Array(parts[0]), as: UTF8.self)),
            let offset = Int64(String(decoding: Array(parts[1]), as: UTF8.self))
        else { return nil }
        self.init(partition: partition, offset: offset)
    }

    /// Writes the members by which the API names an event.
    func write(to body: inout JSONWriter) {
        body.key("partition")
        body.integer(partition)
        body.key("offset")
        body.integer(offset)
    }
}

/// Events by their places, `0/12,1/7`.
struct EventPlaces: Hashable, Sendable, ExpressibleByArgument {
    let places: [EventPlace]

    init?(argument text: String) {
        guard let places = CommaList.elements(of: text, by: EventPlace.init(argument:)) else {
            return nil
        }
        self.places = places
    }
}

/// Events that failed, by their places, each with the seconds it is to wait: `0/12,1/7=30`.
struct FailedPlaces: Hashable, Sendable, ExpressibleByArgument {
    /// One of them.
    struct Entry: Hashable, Sendable {
        let place: EventPlace
        /// Seconds as JSON; nil: as long as the subscription's back-off says.
        let delay: String?
    }

    let entries: [Entry]

    init?(argument text: String) {
        guard let entries = CommaList.elements(of: text, by: Self.entry) else { return nil }
        self.entries = entries
    }

    private static func entry(_ text: String) -> Entry? {
        let parts = text.utf8.split(
            separator: UInt8(ascii: "="),
            maxSplits: 1,
            omittingEmptySubsequences: false
        ).map { String(decoding: Array($0), as: UTF8.self) }
        guard let place = EventPlace(argument: parts[0]) else { return nil }
        guard parts.count > 1 else { return Entry(place: place, delay: nil) }
        guard let delay = seconds(parts[1]) else { return nil }
        return Entry(place: place, delay: delay)
    }

    /// Seconds in digits, with or without a fraction, as JSON has them; nil when it is none.
    private static func seconds(_ text: String) -> String? {
        let parts = text.utf8.split(
            separator: UInt8(ascii: "."),
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let isNumber = parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(ASCII.isDigit) }
        // JSON has no number that begins with a 0 and goes on with digits.
        guard isNumber, parts[0].count == 1 || parts[0].first != UInt8(ascii: "0") else {
            return nil
        }
        return text
    }
}

/// Values with commas between them, as options take several.
enum CommaList {
    /// The values that `parse` makes of the parts; nil when one is none.
    static func elements<Element>(
        of text: String,
        by parse: (String) -> Element?
    ) -> [Element]? {
        var elements: [Element] = []
        for part in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        {
            guard let element = parse(String(decoding: Array(part), as: UTF8.self)) else {
                return nil
            }
            elements.append(element)
        }
        return elements
    }
}
