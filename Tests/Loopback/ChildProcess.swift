package import Glibc

/// A process that gets three files and nothing else of ours.
///
/// A descriptor that a server inherited by chance would keep open what some other test waits to
/// see closed, and two tests could wait for each other.
package final class ChildProcess: Sendable {
    /// It could not be started.
    package struct Failure: Error, CustomStringConvertible {
        /// What, and why.
        package let description: String
    }

    /// Its number in the system.
    package let id: pid_t

    /// Starts an executable; `files` are open descriptors of ours, an input of nil is empty.
    package init(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String],
        files: (input: Int32?, output: Int32, errors: Int32)
    ) throws(Failure) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input = files.input {
            posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, files.output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, files.errors, STDERR_FILENO)
        // To close what is not open does no harm; other threads open more meanwhile.
        for descriptor in 3..<min(getdtablesize(), Self.highestDescriptor() + 256) {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = Self.ordinarySignals()
        defer { posix_spawnattr_destroy(&attributes) }
        let words = ([executable] + arguments).map { strdup($0) }
        let variables = environment.map { strdup("\($0)=\($1)") }
        defer { for text in words + variables { free(text) } }
        var child: pid_t = 0
        let code = posix_spawnp(
            &child,
            executable,
            &actions,
            &attributes,
            words + [nil],
            variables + [nil]
        )
        guard code == 0 else {
            throw Failure(
                description: "cannot start \(executable): \(String(cString: strerror(code)))"
            )
        }
        id = child
    }

    private static func highestDescriptor() -> Int32 {
        guard let folder = opendir("/proc/self/fd") else { return 1024 }
        defer { closedir(folder) }
        var highest: Int32 = 3
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            highest = max(highest, Int32(name) ?? 0)
        }
        return highest
    }

    /// No signal is blocked, whatever the thread does that starts the process.
    private static func ordinarySignals() -> posix_spawnattr_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        return attributes
    }

    /// Sends a signal, before ``wait()``.
    package func send(_ signal: Int32) {
        kill(id, signal)
    }

    /// Waits for the end, once; the exit code, or minus the signal.
    ///
    /// Blocks: in a task it belongs into ``onThread(_:)``, unless the process was just killed.
    package func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : -signal
    }
}
