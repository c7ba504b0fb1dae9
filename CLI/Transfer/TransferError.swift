import ArgumentParser
import LedgerClient

/// Why an export, an import or a publish of many lines stopped.
enum TransferError: Error {
    /// The ledger's answer, or its absence.
    case ledger(LedgerClientError)
    /// The file, or that it does not fit the stream; for a person.
    case file(String)

    /// Runs `body` and turns what it throws into what a command throws.
    static func run<Success>(
        _ body: () async throws(TransferError) -> Success
    ) async throws(LedgerClientError) -> Result<Success, FileProblem> {
        do throws(TransferError) {
            return .success(try await body())
        } catch {
            switch error {
            case .ledger(let error): throw error
            case .file(let problem): return .failure(FileProblem(description: problem))
            }
        }
    }

    /// A call of the ledger.
    static func asking<Answer>(
        _ call: () async throws(LedgerClientError) -> Answer
    ) async throws(TransferError) -> Answer {
        do throws(LedgerClientError) {
            return try await call()
        } catch {
            throw .ledger(error)
        }
    }
}

/// What is wrong with a file of events.
struct FileProblem: Error, CustomStringConvertible {
    let description: String

    /// Prints it, and what else is to be known, and ends the process with the exit code 1.
    func exit(_ more: String? = nil) -> Never {
        Terminal.error(description)
        if let more { Terminal.error(more) }
        EventLedger.exit(withError: ExitCode(1))
    }
}
