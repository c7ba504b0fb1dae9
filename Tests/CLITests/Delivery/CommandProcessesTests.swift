import LedgerTesting
import Loopback
import Testing
import Glibc

@testable import eventledger

@Suite("Commands as processes")
struct CommandProcessesTests {
    /// Runs a shell's script with input to its end.
    private static func end(
        of script: String,
        variables: [(name: String, value: String)] = [],
        input: [UInt8] = []
    ) async -> CommandEnd {
        await CommandProcesses(["/bin/sh", "-c", script]).run(variables: variables, input: input)
    }

    @Test("A command ends with its status, and the last line it said")
    func status() async {
        #expect(await Self.end(of: "exit 0") == .exited(0, said: nil))
        #expect(await Self.end(of: "echo a >&2; echo b >&2; exit 7") == .exited(7, said: "b"))
        #expect(await Self.end(of: "kill -9 $$") == .killed(SIGKILL, said: nil))
    }

    @Test("A command that there is not can't be started, and is named")
    func missing() async {
        let end = await CommandProcesses(["no-such-command-here"]).run(variables: [], input: [])
        #expect(end == .notStarted("cannot start no-such-command-here: No such file or directory"))
    }

    @Test("It gets its input whole, and our environment with the variables that are its own")
    func input() async throws {
        let place = try TemporaryFolder()
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
        let end = await Self.end(
            of: "cat > \"$FILE\"; test -n \"$PATH\" && test \"$HOME\" = here",
            variables: [("FILE", place["copy"]), ("HOME", "here")],
            input: bytes
        )
        #expect(end == .exited(0, said: nil))
        let copy = try await CommandLine.shell("cat \(place["copy"])")
        #expect(copy.bytes == bytes)
    }

    @Test("One that does not read its input is none the worse for it")
    func unread() async {
        let much = [UInt8](repeating: 0x78, count: 1 << 20)
        #expect(await Self.end(of: "true", input: much) == .exited(0, said: nil))
        #expect(await Self.end(of: "exec <&-; exit 3", input: much) == .exited(3, said: nil))
    }

    @Test("What it leaves behind with its standard error open is not waited for")
    func leftBehind() async throws {
        let place = try TemporaryFolder()
        let fifo = place["fifo"]
        #expect(mkfifo(fifo, 0o600) == 0)
        // The one in the background ends only when somebody opens the pipe.
        let end = await Self.end(of: "echo started >&2; (cat \(fifo) >/dev/null) & exit 4")
        #expect(end == .exited(4, said: "started"))
        let writing = await onThread { open(fifo, O_WRONLY) }
        #expect(writing >= 0, "it was still there")
        close(writing)
    }

    @Test("Signals are as a shell would have left them, although we ignore some")
    func signals() async {
        signal(SIGXFSZ, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        defer { signal(SIGXFSZ, SIG_DFL) }
        #expect(await Self.end(of: "kill -XFSZ $$; exit 1") == .killed(SIGXFSZ, said: nil))
        #expect(await Self.end(of: "kill -PIPE $$; exit 1") == .killed(SIGPIPE, said: nil))
    }

    @Test("A command gets no descriptor of ours but three, and none of another command's")
    func descriptors() async {
        let ours = open("/dev/null", O_RDONLY)
        defer { close(ours) }
        // The listing itself opens the folder. A worker has fewer than 256, which tests may not.
        let script = """
            for file in /proc/self/fd/*; do
                number=${file##*/}
                [ "$number" -gt 2 ] && [ "$number" -lt 256 ] && [ -e "$file" ] || continue
                echo "$number" >&2; exit 1
            done
            """
        await withTaskGroup(of: CommandEnd.self) { group in
            for _ in 0..<8 { group.addTask { await Self.end(of: script) } }
            for await end in group { #expect(end == .exited(0, said: nil)) }
        }
    }

    @Test("A signal that is passed on reaches what runs, and what that has started")
    func passedOn() async throws {
        let place = try TemporaryFolder()
        let ready = place["ready"]
        #expect(mkfifo(ready, 0o600) == 0)
        // The child holds the pipe open, so its end is seen there.
        let script = "(exec sleep 1000) 3> \(ready) & wait"
        let processes = CommandProcesses(["/bin/sh", "-c", script])
        async let end = processes.run(variables: [], input: [])
        let reading = await onThread { open(ready, O_RDONLY) }
        defer { close(reading) }
        processes.pass(on: SIGTERM)
        #expect(await end == .killed(SIGTERM, said: nil))
        let count = await onThread {
            var byte: UInt8 = 0
            return read(reading, &byte, 1)
        }
        #expect(count == 0, "what it has started has ended, too")
    }
}
