import Glibc

/// Addresses that only this machine reaches.
enum Loopback {
    /// Whether `host` is `localhost`, in 127.0.0.0/8, or ::1.
    ///
    /// Other names are not resolved: what a name means may change after it was checked.
    static func contains(_ host: String) -> Bool {
        if host.lowercased() == "localhost" { return true }
        if let v4 = bytes(of: host, family: AF_INET, count: 4) { return v4[0] == 127 }
        guard let v6 = bytes(of: host, family: AF_INET6, count: 16) else { return false }
        return v6.dropLast().allSatisfy { $0 == 0 } && v6[15] == 1
    }

    /// A numeric address in network byte order.
    private static func bytes(of host: String, family: Int32, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return inet_pton(family, host, &bytes) == 1 ? bytes : nil
    }
}
