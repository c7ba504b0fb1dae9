import Dispatch
import LedgerCore
import LedgerService
import LedgerTesting
import Logging
import RawJSON
import Synchronization

/// A whole ledger on a table in memory: the stream `s` with one partition, two events and the
/// subscription `u`.
struct LedgerOnMemory {
    private let api: LedgerAPI

    init() {
        let ledger = Ledger(
            table: MemoryTable(),
            clock: ManualClock(),
            random: .seeded(1),
            logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }
        )
        api = LedgerAPI(ledger)
        for (path, body) in Self.preparation {
            let answer = answer(post(path, Array(body.utf8)))
            require(answer.status < 300, String(decoding: answer.body, as: UTF8.self))
        }
    }

    private static let preparation = [
        ("/streams", #"{"stream_id":"s","partition_count":1}"#),
        (
            "/streams/s/events",
            #"[{"key":"a","type":"t","data":1},{"key":"b","type":"t","data":null}]"#
        ),
        ("/streams/s/subscriptions", #"{"subscription_id":"u","start_from":"earliest"}"#),
    ]

    func post(_ path: String, _ body: [UInt8]) -> APIRequest {
        APIRequest(
            method: "POST",
            path: path,
            headers: [("content-type", "application/json")],
            body: body
        )
    }

    /// Whatever was asked for, the answer is JSON, and no failure of the ledger's own.
    func answer(_ request: APIRequest) -> APIResponse {
        let done = DispatchSemaphore(value: 0)
        let result = Mutex<APIResponse?>(nil)
        Task.detached {
            let response = await api.handle(request)
            result.withLock { $0 = response }
            done.signal()
        }
        done.wait()
        guard let response = result.withLock({ $0 }) else { fatalError("no answer") }
        require(response.status < 500, String(decoding: response.body, as: UTF8.self))
        require(isJSON(response.body), "an answer that is no JSON")
        return response
    }

    private func isJSON(_ body: [UInt8]) -> Bool {
        body.withUnsafeBytes { bytes in
            guard var reader = try? JSONReader(bytes, maximumDepth: 200) else { return false }
            return (try? reader.skipValue()) != nil && (try? reader.end()) != nil
        }
    }
}
