import Testing

@testable import LedgerCore

@Suite("A request for a fold")
struct FoldRequestTests {
    @Test("Only the stream that was meant is folded; in the background only compacted state")
    func actions() {
        let request = FoldRequest(Sample.partition, of: Sample.stream())
        let other = StreamIncarnation(high: 5, low: 5)
        let table: [(StreamRow, FoldRequest.Action, FoldRequest.Action)] = [
            (Sample.stream(), .fold(compacts: true), .fold(compacts: true)),
            (Sample.stream(compaction: false), .drop, .fold(compacts: false)),
            (Sample.stream(other), .drop, .drop),
            (Sample.stream(other, compaction: false), .drop, .drop),
        ]
        for (stream, background, sweep) in table {
            #expect(request.background(stream) == background)
            #expect(request.sweep(stream) == sweep)
        }
    }

    @Test("A request comes back from the row that keeps it")
    func kept() throws {
        let request = FoldRequest(Sample.partition, of: Sample.stream())
        let row = request.kept(token: RingToken(high: 8, low: 8))
        #expect(FoldRequest(try KeptRingRow(row.item)) == request)
    }
}
