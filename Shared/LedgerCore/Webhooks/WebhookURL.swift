import LedgerBytes

/// The address to which a webhook's requests go: `https://HOST[:PORT][/PATH][?QUERY]`.
///
/// Of all that an address may be only what every reader understands alike, so that what is judged
/// is what is connected to.
package struct WebhookURL: Hashable, Sendable {
    /// The address as it was given, ASCII.
    package let text: String
    /// False for plain `http`.
    package let isEncrypted: Bool
    /// A name, an IPv4 address, or an IPv6 address in brackets; in lower case.
    package let host: String
    /// The port, given or the scheme's.
    package let port: Int

    /// Reads an address, whether or not requests may be sent to it.
    package init(_ text: String) throws(WebhookURLProblem) {
        guard Limits.webhookURLBytes.contains(text.utf8.count) else { throw .length }
        guard let scheme = Scheme.allCases.first(where: { $0.begins(text.utf8) }) else {
            throw .scheme
        }
        let rest = text.utf8.dropFirst(scheme.beginning.utf8CodeUnitCount)
        guard !rest.contains(UInt8(ascii: "#")) else { throw .fragment }
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        guard !authority.contains(UInt8(ascii: "@")) else { throw .userInfo }
        guard let authority = Authority(authority), rest.allSatisfy(Self.allows) else {
            throw .malformed
        }
        self.text = text
        isEncrypted = scheme == .https
        host = authority.host
        port = authority.port ?? scheme.port
    }

    /// Throws why no request may be sent there.
    ///
    /// Only a literal address can be judged here. What a name means is judged where the socket
    /// opens, by the ``AddressJudge``.
    package func check(against allowance: WebhookAllowance) throws(WebhookURLProblem) {
        guard !allowance.contains(self) else { return }
        guard isEncrypted else { throw .plain }
        guard port == Scheme.https.port else { throw .port(port) }
        guard literal.map(AddressJudge.admits) ?? true else { throw .address }
    }

    /// The bytes of a host that is no name.
    private var literal: [UInt8]? {
        host.hasPrefix("[")
            ? IPAddressText.ipv6(host.dropFirst().dropLast().utf8)
            : IPAddressText.ipv4(host[...].utf8)
    }

    /// True if the port is the one that goes without saying.
    fileprivate var hasDefaultPort: Bool {
        port == (isEncrypted ? Scheme.https : Scheme.http).port
    }

    /// True for the characters of an address (RFC 3986), and for the brackets of IPv6.
    private static func allows(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || "-._~:/?[]@!$&'()*+,;=%".utf8.contains(byte)
    }

    private enum Scheme: CaseIterable {
        case https
        case http

        var beginning: StaticString { self == .https ? "https://" : "http://" }
        var port: Int { self == .https ? 443 : 80 }

        func begins(_ text: String.UTF8View) -> Bool {
            ASCII.equal(text.prefix(beginning.utf8CodeUnitCount), beginning)
        }
    }
}

/// The reason why no webhook's request is sent to an address.
package enum WebhookURLProblem: Error, Hashable, Sendable {
    /// It is empty, or longer than ``Limits/webhookURLBytes``.
    case length
    /// It begins with neither `https://` nor `http://`.
    case scheme
    /// It has a name or password for the host.
    case userInfo
    /// It has a fragment, which no request carries.
    case fragment
    /// It is no address otherwise.
    case malformed
    /// It is plain `http`, and its host is not allowed that.
    case plain
    /// It has another port than 443, and its host is not allowed that.
    case port(Int)
    /// Its host is an address that is not of the public internet, and is not allowed.
    case address

    /// The reason for a person, to follow the name of the field.
    package var message: String {
        switch self {
        case .length: "must have \(Limits.webhookURLBytes.upperBound) bytes at most, and at least 1"
        case .scheme: "must begin with https://"
        case .userInfo: "must not have a user name or a password"
        case .fragment: "must not have a fragment"
        case .malformed: "must be https://HOST[:PORT][/PATH][?QUERY], percent-encoded"
        case .plain: "must begin with https:// unless this ledger allows its host and port"
        case .port(let port):
            "must have port 443, not \(port), unless this ledger allows its host and port"
        case .address: "must not have a private address unless this ledger allows it"
        }
    }
}

/// Hosts to which this ledger's operator lets webhooks go although not everybody may send there.
///
/// To these, requests may be plain `http`, at any port that is named, and their addresses are not
/// judged.
package struct WebhookAllowance: Hashable, Sendable {
    /// Nothing but the public internet.
    package static let none = WebhookAllowance([])

    /// A host, at one port: `HOST[:PORT]`.
    package struct Host: Hashable, Sendable {
        fileprivate let name: String
        /// Nil: 443 for `https`, 80 for `http`.
        fileprivate let port: Int?

        /// - Returns: nil unless `text` is `HOST` or `HOST:PORT`, IPv6 in brackets.
        package init?(_ text: String) {
            guard let authority = Authority(text[...].utf8) else { return nil }
            self.init(name: authority.host, port: authority.port)
        }

        fileprivate init(name: String, port: Int?) {
            self.name = name
            self.port = port
        }
    }

    private let hosts: Set<Host>

    /// Allows these hosts.
    package init(_ hosts: some Sequence<Host>) {
        self.hosts = Set(hosts)
    }

    /// True for an address at which nothing is refused, so that no gate is needed.
    package func contains(_ url: WebhookURL) -> Bool {
        hosts.contains(Host(name: url.host, port: url.port))
            || url.hasDefaultPort && hosts.contains(Host(name: url.host, port: nil))
    }
}

/// What stands between a scheme and a path: `HOST[:PORT]`.
private struct Authority {
    /// In lower case; IPv6 in brackets.
    let host: String
    let port: Int?

    /// - Returns: nil for anything that some reader could take for another host.
    init?(_ text: Substring.UTF8View) {
        let isBracketed = text.first == UInt8(ascii: "[")
        let end =
            isBracketed
            ? text.firstIndex(of: UInt8(ascii: "]")).map(text.index(after:))
            : text.firstIndex(of: UInt8(ascii: ":")) ?? text.endIndex
        guard let end else { return nil }
        let host = Substring(text[..<end]).lowercased()
        guard
            isBracketed
                ? IPAddressText.ipv6(host.dropFirst().dropLast().utf8) != nil
                : Self.isHost(host[...].utf8)
        else { return nil }
        self.host = host
        guard end < text.endIndex else {
            port = nil
            return
        }
        guard let port = Self.port(text[end...]) else { return nil }
        self.port = port
    }

    /// The number behind a colon, in its one spelling.
    private static func port(_ text: Substring.UTF8View) -> Int? {
        let digits = text.dropFirst()
        guard text.first == UInt8(ascii: ":"), digits.first != UInt8(ascii: "0"),
            digits.count <= 5, digits.allSatisfy(ASCII.isDigit)
        else { return nil }
        return Int(Substring(digits)).flatMap { $0 <= 65_535 ? $0 : nil }
    }

    /// True for a name, or for an IPv4 address in its usual spelling.
    ///
    /// A name whose last label is a number is what resolvers take for another spelling of one.
    private static func isHost(_ text: Substring.UTF8View) -> Bool {
        let labels = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.count <= 253, let last = labels.last, labels.allSatisfy(isLabel) else {
            return false
        }
        let isNumber = last.allSatisfy(ASCII.isDigit) || last.starts(with: "0x".utf8)
        return !isNumber || IPAddressText.ipv4(text) != nil
    }

    private static func isLabel(_ text: Substring.UTF8View) -> Bool {
        (1...63).contains(text.count)
            && text.allSatisfy {
                ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
    }
}
