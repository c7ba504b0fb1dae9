import Glibc
import Testing

/// A process that gets three files and nothing else of ours.
///
/// A descriptor that a server inherited by chance would keep open what some other test waits to
/// see closed, and two tests could wait for each other.
final class ChildProcess: Sendable {
    private let id: pid_t

    init(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String],
        files: (input: Int32, output: Int32, errors: Int32)
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (target, source) in [files.input, files.output, files.errors].enumerated() {
            posix_spawn_file_actions_adddup2(&actions, source, Int32(target))
        }
        // To close what is not open does no harm.
        for descriptor in 3..<min(getdtablesize(), 1024) {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        let words = ([executable] + arguments).map { strdup($0) }
        let variables = environment.map { strdup("\($0)=\($1)") }
        defer { for text in words + variables { free(text) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, executable, &actions, nil, words + [nil], variables + [nil])
        try #require(code == 0, "cannot start \(executable)")
        id = child
    }

    func send(_ signal: Int32) {
        kill(id, signal)
    }

    /// Waits for the end, once; the exit code, or minus the signal.
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : -signal
    }
}
