import LedgerService
import Testing

/// The functions' folders, held against the code.
@Suite("Functions")
struct FunctionTests {
    @Test("Each function is its folder's few lines of wiring", arguments: LedgerFunction.allCases)
    func wiring(_ function: LedgerFunction) throws {
        let text = try Project.text("Lambdas/\(function.rawValue)/main.swift")
        #expect(text.contains("LambdaHost.run(.\(function.rawValue))"))
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count < 30)
    }

    @Test("There is no folder without a function")
    func folders() throws {
        let functions = LedgerFunction.allCases.map(\.rawValue).sorted()
        #expect(try Project.folders(in: "Lambdas") == functions)
    }
}
