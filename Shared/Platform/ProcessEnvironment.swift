import Glibc

/// The environment variables of the process.
package enum ProcessEnvironment {
    /// The variable's value; nil when it is not set.
    package static func value(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
