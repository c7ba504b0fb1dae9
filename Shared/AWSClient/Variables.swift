import Glibc

/// Environment variables by name; an empty one counts as not set.
struct Variables: Sendable {
    private let read: @Sendable (String) -> String?

    init(_ read: @escaping @Sendable (String) -> String?) {
        self.read = read
    }

    /// Those of this process.
    static let process = Variables { name in getenv(name).map { String(cString: $0) } }

    subscript(name: String) -> String? {
        guard let value = read(name), !value.isEmpty else { return nil }
        return value
    }
}
