import LedgerCore
import LedgerService

@testable import enum LambdaHost.LambdaEvent

/// What a function can be invoked with: gateway events, stream batches, the schedule.
func fuzzEvent(_ input: [UInt8]) {
    guard let event = try? LambdaEvent(input) else { return }
    switch event {
    case .request(let request):
        require(request.path.utf8.first != nil, "a request without a path")
    case .batch(let records):
        let images = records.compactMap { $0.news?.image }
        for image in images { checkRow(image) }
        _ = ChunkImages(images)
    case .sweep: break
    }
}
