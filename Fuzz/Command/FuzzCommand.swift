import LedgerFuzz
import Glibc

/// libFuzzer's own main program, which calls the function for every input it makes.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ argumentCount: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// `eventledger-fuzz TARGET [libFuzzer's arguments]`; see docs/testing.md.
@main
enum FuzzCommand {
    // `nonisolated(unsafe)`: set before the driver starts, which calls back on the same thread.
    nonisolated(unsafe) fileprivate static var target = FuzzTarget.all[0]

    static func main() {
        let names = FuzzTarget.all.map(\.name)
        guard CommandLine.argc > 1, let target = FuzzTarget.named(CommandLine.arguments[1]) else {
            print(names.joined(separator: "\n"))
            exit(CommandLine.argc > 1 ? 2 : 0)
        }
        Self.target = target
        // The target's name takes the program's place in front of the driver's arguments.
        var count = CommandLine.argc - 1
        var arguments = CommandLine.unsafeArgv + 1
        exit(
            runDriver(&count, &arguments) { bytes, size in
                let target = FuzzCommand.target
                guard size <= target.longest else { return -1 }
                target.run(Array(UnsafeBufferPointer(start: bytes, count: size)))
                return 0
            }
        )
    }
}
