import Glibc

/// Makes sets and dictionaries iterate in the same order in every process.
///
/// The standard library seeds its hashes at random, once per process; a seed must replay the same
/// history in another process too, so the process starts itself anew with that turned off.
enum DeterministicHashing {
    private static let variable = "SWIFT_DETERMINISTIC_HASHING"

    /// Returns only when hashing is deterministic, or when the process can't be started anew.
    static func ensure() {
        guard getenv(variable) == nil, setenv(variable, "1", 1) == 0 else { return }
        var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
        execv("/proc/self/exe", &arguments)
    }
}
