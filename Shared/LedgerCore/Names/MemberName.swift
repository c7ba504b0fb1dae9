/// The name of a member of a subscription's group: `[A-Za-z0-9._-]{1,64}`.
///
/// Two processes under one name are one member to the ledger, so names must be unique.
public struct MemberName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name as text; ASCII only.
    public let name: String

    /// - Returns: nil when `name` breaks the rule above.
    public init?(_ name: String) {
        let bytes = name.utf8
        guard Limits.memberNameBytes.contains(bytes.count), bytes.allSatisfy(Self.allows) else {
            return nil
        }
        self.name = name
    }

    /// A name that is known to keep the rule.
    init(trusted name: String) {
        self.name = name
    }

    /// The name as text.
    public var description: String { name }

    /// In order of their bytes.
    public static func < (left: MemberName, right: MemberName) -> Bool { left.name < right.name }

    private static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
