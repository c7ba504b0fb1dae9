import Glibc

/// How much a run of the tests tries.
enum Effort {
    /// Whether everything is tried: `EVENTLEDGER_SOAK` is set, as `just soak-storage` does.
    static let isLong = getenv("EVENTLEDGER_SOAK") != nil
}
