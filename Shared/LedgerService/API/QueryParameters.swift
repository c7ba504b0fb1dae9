import LedgerCore

/// A request's query, checked: every parameter known and given once.
struct QueryParameters {
    private var values: [String: String] = [:]

    /// `allowed`: The names that the route takes.
    init(_ query: String, allowed: [String]) throws(LedgerError) {
        guard !query.isEmpty else { return }
        for pair in query.split(separator: "&", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentCoding.decodeText(parts[0]),
                let value = PercentCoding.decodeText(parts.count > 1 ? parts[1] : "")
            else {
                throw .invalid(field: "query", message: "is not valid percent-encoded UTF-8")
            }
            guard allowed.contains(name) else {
                throw .invalid(
                    field: String(name.prefix(80)),
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
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? String(parts[1]) : "0"
        guard let seconds = Self.digits(String(parts[0])), Self.digits(fraction) != nil,
            let milliseconds = Self.digits(String((fraction + "000").prefix(3))),
            seconds <= Limits.waitSeconds.upperBound,
            seconds * 1000 + milliseconds <= Limits.waitSeconds.upperBound * 1000
        else {
            throw .invalid(
                field: "wait",
                message: "must be 0 to \(Limits.waitSeconds.upperBound) seconds",
                limit: Limits.waitSeconds.upperBound
            )
        }
        return seconds * 1000 + milliseconds
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
    public func refusalOfParameters() -> APIResponse? {
        do throws(LedgerError) {
            _ = try QueryParameters(query, allowed: [])
            return nil
        } catch {
            return ErrorAnswer(error).response(route: nil)
        }
    }
}
