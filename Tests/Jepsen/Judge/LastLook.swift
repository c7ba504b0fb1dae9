import Foundation
import LedgerTesting

/// Reads everything back from a calm cluster.
struct LastLook {
    let client: Client

    /// The whole log and the compacted state of it.
    func read() async throws -> (log: [History.Event], compacted: [String: String]) {
        try await persist("POST", "/streams/s/compact")
        var compacted: [String: String] = [:]
        var next = ""
        repeat {
            let page = try await persist("GET", "/streams/s/compacted?limit=1000\(next)")
            for event in Judge.events(page) { compacted[event.key] = event.value }
            next = (page["next"] as? String).map { "&next=\($0)" } ?? ""
        } while !next.isEmpty
        var log: [History.Event] = []
        for partition in 0..<Publisher.partitions { log += try await self.log(of: partition) }
        return (log, compacted)
    }

    private func log(of partition: Int) async throws -> [History.Event] {
        var log: [History.Event] = []
        while true {
            let target = "/streams/s/events?partition=\(partition)&from=\(log.count)&limit=1000"
            let page = try await persist("GET", target)
            log += Judge.events(page)
            if page["caught_up"] as? Bool == true { return log }
        }
    }

    /// A call that is safe to repeat, until it succeeds.
    @discardableResult
    func persist(
        _ method: String,
        _ target: String,
        _ body: String = "",
        isThere: Int? = nil
    ) async throws -> [String: Any] {
        let patience = Patience()
        while true {
            switch await client.call(0, method, target, body) {
            case .success(let body): return body
            case .refused(let status, _) where status == isThere: return [:]
            case .refused(let status, let body):
                try patience.check("\(method) \(target): \(status) \(body)")
            case .parts, .open: try patience.check("\(method) \(target)")
            }
        }
    }
}
