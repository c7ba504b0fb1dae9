package import Foundation
import Glibc
import Synchronization

/// A server in a process of its own, which says its URL when it is ready; killed with its owner.
package final class ServerProcess: Sendable {
    /// It ended before it was ready.
    package struct Failure: Error, CustomStringConvertible {
        /// The output that it wrote before it ended.
        package let description: String
    }

    /// The address at which it answers, without a path.
    package let url: String
    private let process: ChildProcess
    private let hasEnded = Mutex(false)

    /// Starts it and waits until it has printed its URL.
    ///
    /// `input` is its standard input, empty when nil; `variables` come on top of ours.
    package init(
        _ executable: String,
        arguments: [String],
        variables: [String: String] = [:],
        input: FileHandle? = nil
    ) async throws {
        let output = Pipe()
        process = try ChildProcess(
            executable,
            arguments: arguments,
            environment: ProcessInfo.processInfo.environment.merging(variables) { $1 },
            files: (
                input?.fileDescriptor, output.fileHandleForWriting.fileDescriptor, STDERR_FILENO
            )
        )
        try output.fileHandleForWriting.close()
        do {
            let said = output.fileHandleForReading
            url = try await onThread { try Self.readURL(said) }
        } catch {
            process.send(SIGKILL)
            _ = process.wait()
            throw error
        }
    }

    deinit {
        end(SIGKILL)
    }

    /// `eventledger serve` on a free port; the executable stands beside the tests.
    package static func ledger(
        _ arguments: [String],
        variables: [String: String] = [:]
    ) async throws -> ServerProcess {
        try await ServerProcess(
            executable("eventledger"),
            arguments: ["serve", "--port", "0", "--log-level", "warning"] + arguments,
            variables: variables
        )
    }

    /// The path of an executable of the package.
    package static func executable(_ name: String) throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(filePath: tests).deletingLastPathComponent().appending(path: name).path
    }

    /// Its number in the system.
    package var id: pid_t { process.id }

    /// The port of ``url``; 0 when that names none.
    package var port: Int { url.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

    /// Sends a signal that it survives.
    package func send(_ signal: Int32) {
        process.send(signal)
    }

    /// `kill -9`, and waits until the process is gone; a second end does nothing.
    package func kill() {
        end(SIGKILL)
    }

    /// SIGTERM, and waits until the process is gone; a second end does nothing.
    package func stop() async {
        await onThread { self.end(SIGTERM) }
    }

    private func end(_ signal: Int32) {
        let isFirst = hasEnded.withLock { ended in
            defer { ended = true }
            return !ended
        }
        guard isFirst else { return }
        process.send(signal)
        _ = process.wait()
    }

    private static func readURL(_ output: FileHandle) throws -> String {
        var text = ""
        while true {
            let data = output.availableData
            text += String(decoding: data, as: UTF8.self)
            if let match = text.firstMatch(of: /(https?:\/\/[^\s\/]+:\d+)\/?\s/) {
                return String(match.1)
            }
            guard !data.isEmpty else {
                throw Failure(description: "ended before it was ready; it said '\(text)'")
            }
        }
    }
}

/// A process that gets three files and nothing else of ours.
///
/// A descriptor that a server inherited by chance would keep open what some other test waits to
/// see closed, and two tests could wait for each other.
package final class ChildProcess: Sendable {
    /// It could not be started.
    package struct Failure: Error, CustomStringConvertible {
        /// A sentence that names the executable and the system's reason.
        package let description: String
    }

    /// Its number in the system.
    package let id: pid_t

    /// Starts an executable; `files` are open descriptors of ours, an input of nil is empty.
    package init(
        _ executable: String,
        arguments: [String],
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

/// Runs what blocks on a thread of its own.
///
/// Swift has as many threads for tasks as there are cores: two tests that block them on a machine
/// with two cores stop all others.
package func onThread<Success: Sendable, Failure: Error>(
    _ body: @escaping @Sendable () throws(Failure) -> Success
) async throws(Failure) -> Success {
    let result: Result<Success, Failure> = await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: Result(catching: body)) }
    }
    return try result.get()
}
