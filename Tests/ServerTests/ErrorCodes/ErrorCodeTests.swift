import APISuite
import LedgerTesting
import Testing

/// Every error code, provoked over live HTTP and held against the API description.
@Suite("Error codes")
struct ErrorCodeTests {
    @Test("A code is answered as the description says", arguments: Provocation.all)
    func provoked(_ provocation: Provocation) async throws {
        let exchange = try await provocation.run()
        let answer = exchange.answer
        #expect(answer.error == provocation.code, "\(answer)")
        let faults = APIDescription.shared.faults(of: answer, to: exchange.request)
        #expect(faults.isEmpty, "\(answer)")
        // An operator must accept an unverified tail first.
        let isTemporary = [429, 503].contains(answer.status) && answer.error != "tail_unverified"
        #expect((answer.header("retry-after") != nil) == isTemporary, "\(answer)")
        #expect(answer.header("cache-control") == "no-store", "\(answer)")
        #expect(answer.header("date")?.hasSuffix(" GMT") == true, "\(answer)")
        #expect((answer.header("www-authenticate") != nil) == (answer.status == 401), "\(answer)")
        #expect((answer.header("allow") != nil) == (answer.status == 405), "\(answer)")
    }

    @Test("The codes that are provoked are the codes of the description")
    func complete() {
        let provoked = Set(Provocation.all.map(\.code))
        #expect(provoked == APIDescription.shared.errorCodes)
    }
}
