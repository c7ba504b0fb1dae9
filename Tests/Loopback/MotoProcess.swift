import Glibc

/// Starts `scripts/moto-server.py`, which ends when this process does: its standard input is ours.
enum MotoProcess {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Returns the address at which it answers.
    static func start() throws -> String {
        let root = projectRoot()
        let python = root + "/.tools/venv/bin/python"
        guard access(python, X_OK) == 0 else {
            throw Failure(description: "no \(python): `./justw test` installs it")
        }
        let input = try pipe()
        let output = try pipe()
        try spawn([python, root + "/scripts/moto-server.py", "--end-with-input"], input, output)
        close(input.read)
        close(output.write)
        let line = readLine(output.read)
        guard let address = line.split(separator: " ").last, address.hasPrefix("http://") else {
            throw Failure(description: "the local AWS did not start; it said '\(line)'")
        }
        return String(address)
    }

    private static func projectRoot(_ file: StaticString = #filePath) -> String {
        let parts = "\(file)".split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/")
    }

    /// Closed in every other program that this process starts.
    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw Failure(description: "no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(
        _ arguments: [String],
        _ input: (read: Int32, write: Int32),
        _ output: (read: Int32, write: Int32)
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.read, 0)
        posix_spawn_file_actions_adddup2(&actions, output.write, 1)
        var pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var child: pid_t = 0
        guard posix_spawn(&child, arguments[0], &actions, nil, &pointers, environ) == 0 else {
            throw Failure(description: "\(arguments[0]) can't be started")
        }
    }

    private static func readLine(_ file: Int32) -> String {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(file, &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
        return String(decoding: line, as: UTF8.self)
    }
}
