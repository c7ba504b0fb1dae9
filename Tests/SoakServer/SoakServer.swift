import Dispatch
import Glibc
import LedgerServer
import LedgerService
import Logging

/// A server on a SQLite file whose clock its owner moves: scripts/soak.py.
///
/// `soak-server FOLDER OFFSET BOOT` prints its URL and then obeys lines of standard input: `advance
/// MILLISECONDS`, `ahead MILLISECONDS`. It stops in order when that ends.
@main
enum SoakServer {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let offset = Int64(arguments[2]) else {
            fatalError("soak-server FOLDER OFFSET BOOT")
        }
        let clock = SoakClock(offset: .milliseconds(offset), boot: arguments[3])
        var settings = ServerConfiguration()
        settings.port = 0
        let process = try await LedgerProcess.start(
            settings,
            storage: .sqlite(folder: arguments[1]),
            clock: clock,
            logger: Logger(label: "soak")
        )
        print("url http://\(process.host):\(process.port)")
        // Standard output is a pipe, which is not flushed by itself.
        fflush(nil)
        // Reading blocks, and not a thread of the server's.
        await withCheckedContinuation { end in
            DispatchQueue.global().async {
                obey(clock)
                end.resume()
            }
        }
        await process.stop(grace: .seconds(10))
    }

    private static func obey(_ clock: SoakClock) {
        while let line = readLine() {
            let words = line.split(separator: " ")
            guard words.count == 2, let milliseconds = Int64(words[1]) else { continue }
            if words[0] == "advance" { clock.advance(by: .milliseconds(milliseconds)) }
            if words[0] == "ahead" { clock.set(ahead: .milliseconds(milliseconds)) }
            print("done")
            fflush(nil)
        }
    }
}
