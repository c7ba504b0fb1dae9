import LedgerCore

/// A request's query, checked: every parameter known and given once.
struct QueryParameters {
    private var values: [String: String] = [:]

    /// `allowed`: The names that the route takes.
    init(_ query: String, allowed: [String]) throws(LedgerError) {
        guard !query.isEmpty else { return }
        let pairs = query.utf8.split(
            separator: UInt8(ascii: "&"),
            omittingEmptySubsequences: false
        )
        for pair in pairs {
            let sign = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let name = PercentCoding.decodeText(pair[..<sign]),
                let value = PercentCoding.decodeText(pair[sign...].dropFirst())
            else {
                throw .invalid(field: "query", message: "is not valid percent-encoded UTF-8")
            }
            guard allowed.contains(name) else {
                throw .invalid(
                    field: name.excerpt(),
                    message: allowed.isEmpty
                        ? "is unknown: this route takes no query parameters"
                        : "is unknown: this route takes \(allowed.joined(separator: ", "))"
                )
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw .invalid(field: name, message: "is given twice")
            }
        }
    }

    /// The value of a parameter; nil when it is not given.
    func text(_ name: String) -> String? { values[name] }

    /// A number written in digits only, below 2^63.
    func number(_ name: String) throws(LedgerError) -> Int64? {
        guard let text = values[name] else { return nil }
        guard let number = Self.digits(text) else {
            throw .invalid(field: name, message: "must be a number below 2^63, in digits only")
        }
        return number
    }

    /// The `limit` of a page.
    func limit() throws(LedgerError) -> Int {
        guard let limit = try number("limit") else { return Limits.defaultPageEntries }
        guard let limit = Int(exactly: limit), Limits.pageEntries.contains(limit) else {
            throw .invalid(
                field: "limit",
                message: "must be 1 to \(Limits.pageEntries.upperBound)",
                limit: Limits.pageEntries.upperBound
            )
        }
        return limit
    }

    /// The `wait` of a poll, milliseconds: 0 to 20 seconds, decimals allowed.
    func wait() throws(LedgerError) -> Int64 {
        guard let text = values["wait"] else { return 0 }
        guard let milliseconds = Self.milliseconds(text) else {
            throw .invalid(
                field: "wait",
                message: "must be 0 to \(Limits.waitSeconds.upperBound) seconds",
                limit: Limits.waitSeconds.upperBound
            )
        }
        return milliseconds
    }

    /// Seconds in digits, with decimals of any number after a point; what lies behind milliseconds
    /// counts for the limit, and not beyond it.
    private static func milliseconds(_ text: String) -> Int64? {
        let parts = text.utf8.split(
            separator: UInt8(ascii: "."),
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let fraction = parts.count > 1 ? Array(parts[1]) : [UInt8(ascii: "0")]
        let most = Int64(Limits.waitSeconds.upperBound)
        guard let seconds = digits(String(Substring(parts[0]))), seconds <= most,
            !fraction.isEmpty, fraction.allSatisfy(ASCII.isDigit),
            seconds < most || fraction.allSatisfy({ $0 == UInt8(ascii: "0") })
        else { return nil }
        return (fraction + [0x30, 0x30]).prefix(3).reduce(seconds) { $0 * 10 + Int64($1 - 0x30) }
    }

    /// A number written in digits only; nil for anything else, and from 2^63 on.
    static func digits(_ text: String) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }
}

extension APIRequest {
    /// The 400 for a request whose route takes no query parameters; nil when it has none.
    ///
    /// For routes that a transport answers by itself.
    package func refusalOfParameters() -> APIResponse? {
        do throws(LedgerError) {
            _ = try QueryParameters(query, allowed: [])
            return nil
        } catch {
            return ErrorAnswer(error).response(route: nil)
        }
    }
}

extension PageToken {
    /// Where the page after `text` begins; nil for the first page.
    static func decoded(_ text: String?, of kind: Kind) throws(LedgerError) -> PageToken? {
        guard let text else { return nil }
        guard let token = PageToken.decode(text, kind: kind) else {
            throw .invalid(field: "next", message: "is no token that this list returned")
        }
        return token
    }

    /// The sort key before the page after `text`.
    static func after(_ text: String?, of kind: Kind) throws(LedgerError) -> [UInt8]? {
        try decoded(text, of: kind)?.sortKey
    }
}
