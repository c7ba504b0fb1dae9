import Dispatch
import Synchronization
import Glibc

/// A command that is run again and again, each time as a process of its own.
///
/// The process gets input, our standard output and its own process group, so that what a terminal
/// sends to ours does not reach it. Its standard error is passed on line by line.
final class CommandProcesses: Sendable {
    private let command: [String]
    /// The processes that were started and whose end is not taken yet.
    ///
    /// Held while one is started, so that none gets another one's pipes before they are closed to it.
    private let running = Mutex<Set<pid_t>>([])

    init(_ command: [String]) {
        self.command = command
        // Ignored, as somebody may have left it, it would keep us from learning how commands end.
        signal(SIGCHLD, SIG_DFL)
    }

    /// Runs it to its end; on a thread of its own, because all of it blocks.
    ///
    /// - Parameters:
    ///   - variables: are added to our environment.
    ///   - input: is its standard input; what it does not read is dropped.
    /// - Returns: how it ended, or why it did not begin.
    func run(
        variables: [(name: String, value: String)],
        input: [UInt8]
    ) async -> CommandEnd {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "command").async { [self] in
                continuation.resume(returning: runBlocking(variables: variables, input: input))
            }
        }
    }

    /// Sends a signal to all that run, and to what they have started.
    func pass(on number: Int32) {
        running.withLock { running in
            for process in running { kill(-process, number) }
        }
    }

    private func runBlocking(
        variables: [(name: String, value: String)],
        input: [UInt8]
    ) -> CommandEnd {
        let process: ChildProcess
        let start = running.withLock { running in
            let start = ChildProcess.start(command, variables: variables)
            if case .success(let process) = start { running.insert(process.id) }
            return start
        }
        switch start {
        case .success(let started): process = started
        case .failure(let error):
            return .notStarted(
                "cannot start \(command[0]): \(String(cString: strerror(error.code)))"
            )
        }
        let said = process.converse(input)
        process.waitForEnd()
        // Once its end is taken, its number may be another process's.
        let status = running.withLock { running in
            running.remove(process.id)
            return process.takeEnd()
        }
        let signal = status & 0x7f
        return signal == 0
            ? .exited((status >> 8) & 0xff, said: said) : .killed(signal, said: said)
    }
}

/// A process that was started, and our ends of its pipes.
private struct ChildProcess {
    /// The system's number of an error.
    struct StartError: Error {
        let code: Int32
    }

    /// More descriptors than we have with the most commands at once.
    private static let descriptors: Int32 = 256

    let id: pid_t
    private let input: Int32
    private let errors: Int32

    /// Starts a command with these variables besides ours.
    static func start(
        _ command: [String],
        variables: [(name: String, value: String)]
    ) -> Result<ChildProcess, StartError> {
        var input: [Int32] = [-1, -1]
        var errors: [Int32] = [-1, -1]
        guard pipe(&input) == 0 else { return .failure(StartError(code: errno)) }
        guard pipe(&errors) == 0 else {
            let code = errno
            for end in input { close(end) }
            return .failure(StartError(code: code))
        }
        // Another command that had an end of them would hold it open.
        for end in input + errors { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var id: pid_t = 0
        let code = spawn(command, variables, input: input[0], errors: errors[1], id: &id)
        for end in [input[0], errors[1]] { close(end) }
        guard code == 0 else {
            for end in [input[1], errors[0]] { close(end) }
            return .failure(StartError(code: code))
        }
        for end in [input[1], errors[0]] {
            _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK)
        }
        return .success(ChildProcess(id: id, input: input[1], errors: errors[0]))
    }

    private static func spawn(
        _ command: [String],
        _ variables: [(name: String, value: String)],
        input: Int32,
        errors: Int32,
        id: inout pid_t
    ) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        // To close what is not open does no harm.
        for descriptor in (STDERR_FILENO + 1)..<Self.descriptors {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = attributes()
        defer { posix_spawnattr_destroy(&attributes) }
        let words = command.map { strdup($0) }
        let own = variables.map { strdup("\($0.name)=\($0.value)") }
        defer { for text in words + own { free(text) } }
        return posix_spawnp(
            &id,
            command[0],
            &actions,
            &attributes,
            words + [nil],
            inherited(without: variables.map(\.name)) + own + [nil]
        )
    }

    /// Signals are as in a process that a shell starts, and none of them comes from our terminal.
    private static func attributes() -> posix_spawnattr_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for ignored in [SIGPIPE, SIGXFSZ] { sigaddset(&signals, ignored) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))
        return attributes
    }

    /// Our environment, but for some variables.
    private static func inherited(without names: [String]) -> [UnsafeMutablePointer<CChar>?] {
        var kept: [UnsafeMutablePointer<CChar>?] = []
        var place = environ
        while let text = place.pointee {
            place += 1
            let isReplaced = names.contains { strncmp(text, "\($0)=", $0.utf8.count + 1) == 0 }
            if !isReplaced { kept.append(text) }
        }
        return kept
    }

    /// Writes the input and passes its errors on, until it has ended or closed both; closes ours.
    ///
    /// - Returns: the last line of its errors; nil where there was none.
    func converse(_ bytes: [UInt8]) -> String? {
        var conversation = Conversation(input: input, errors: errors, bytes: bytes)
        // What it left behind may hold its errors open, so that their end is not its own.
        while conversation.isOpen {
            let hasEnded = hasEnded
            conversation.go(on: hasEnded ? 0 : 1000)
            if hasEnded { conversation.end() }
        }
        return conversation.said
    }

    /// True once it has ended; its end can still be taken.
    private var hasEnded: Bool {
        var information = siginfo_t()
        let result = waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT | WNOHANG)
        return result == 0 && information.si_signo == SIGCHLD
    }

    /// Returns once it has ended.
    func waitForEnd() {
        var information = siginfo_t()
        while waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
    }

    /// Takes its end, as `waitpid` gives it.
    func takeEnd() -> Int32 {
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        return status
    }
}

/// The pipes between us and a process: input that it takes, and errors that it writes.
private struct Conversation {
    /// Pieces of errors that are read one after another before the input is looked at again.
    private static let pieces = 16

    /// -1 once it is closed.
    private var input: Int32
    private var errors: Int32
    private var bytes: ArraySlice<UInt8>
    private var lines = LastLine()

    init(input: Int32, errors: Int32, bytes: [UInt8]) {
        self.input = input
        self.errors = errors
        self.bytes = bytes[...]
    }

    var isOpen: Bool { input >= 0 || errors >= 0 }
    /// The last line of the errors so far; nil where there is none.
    var said: String? { lines.text }

    /// Waits until something can be written or read, so many milliseconds at most, and does it.
    mutating func go(on milliseconds: Int32) {
        var entries = [
            pollfd(fd: input, events: Int16(POLLOUT), revents: 0),
            pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&entries, 2, milliseconds) > 0 else { return }
        if entries[0].revents != 0 { write() }
        if entries[1].revents != 0 { read() }
    }

    /// Closes what is open.
    mutating func end() {
        closeInput()
        closeErrors()
    }

    private mutating func write() {
        while !bytes.isEmpty {
            let count = Descriptor.writeSome(bytes, to: input)
            guard count > 0 else {
                // A reader that has left needs nothing more.
                if errno != EAGAIN, errno != EINTR { closeInput() }
                return
            }
            bytes = bytes.dropFirst(count)
        }
        closeInput()
    }

    private mutating func read() {
        var piece = [UInt8](repeating: 0, count: 65_536)
        for _ in 0..<Self.pieces {
            let count = Glibc.read(errors, &piece, piece.count)
            guard count > 0 else {
                if count == 0 || (errno != EAGAIN && errno != EINTR) { closeErrors() }
                return
            }
            pass(on: lines.take(piece[..<count]))
        }
    }

    private func pass(on bytes: [UInt8]) {
        if !bytes.isEmpty { Messages.write(bytes) }
    }

    private mutating func closeInput() {
        guard input >= 0 else { return }
        close(input)
        input = -1
    }

    private mutating func closeErrors() {
        guard errors >= 0 else { return }
        close(errors)
        errors = -1
        pass(on: lines.end())
    }
}
