import CurlHTTP
import Foundation
import LedgerTesting
import Synchronization

/// Calls the servers of a cluster through their proxies.
final class Client: Sendable {
    /// The outcome of a call.
    ///
    /// `@unchecked Sendable`: nobody changes a parsed document.
    enum Result: @unchecked Sendable {
        /// A success and its body.
        case success([String: Any])
        /// An answer that says that nothing came of it, now or later.
        case refused(status: Int, [String: Any])
        /// Some of the parts of a publish.
        case parts([[String: Any]])
        /// Nobody knows what came of it.
        case open

        /// The body of a success.
        var body: [String: Any]? { if case .success(let body) = self { body } else { nil } }
    }

    /// Longer than a server tries.
    private static let timeout: Duration = .seconds(12)

    private let pool = CurlPool()
    private let urls: [String]
    private let judge: Judge

    init(of cluster: Cluster, judge: Judge) {
        urls = cluster.clientLinks.map(\.url)
        self.judge = judge
    }

    func call(
        _ method: String,
        at target: String,
        sending body: String = "",
        to server: Int,
        key: String? = nil
    ) async -> Result {
        var request = CurlRequest(
            method: method,
            url: urls[server % urls.count] + target,
            headers: body.isEmpty ? [] : [(name: "content-type", value: "application/json")],
            body: Array(body.utf8),
            timeout: Self.timeout
        )
        if let key { request.headers.append((name: "idempotency-key", value: key)) }
        // A library that sends twice by itself would be taken for a ledger that stores twice.
        request.sendsOnce = method != "GET"
        do throws(CurlError) {
            return result(try await pool.call(request), of: "\(method) \(target)")
        } catch {
            return error.mayHaveHappened ? .open : .refused(status: 0, [:])
        }
    }

    private func result(_ response: CurlResponse, of call: String) -> Result {
        let parsed = try? JSONSerialization.jsonObject(with: Data(response.body))
        let body = parsed as? [String: Any] ?? [:]
        switch response.status {
        case 200...299: return .success(body)
        case 400...499: return .refused(status: response.status, body)
        case 503: return unavailable(body, after: call)
        default:
            judge.violate("\(call): \(response.status) \(body)")
            return .open
        }
    }

    /// The outcome by the words of a 503, which are taken as they are.
    private func unavailable(_ body: [String: Any], after call: String) -> Result {
        let message = body["message"] as? String ?? ""
        switch body["error"] as? String {
        case "outcome_unknown": return .open
        case "partial_publish":
            let details = body["details"] as? [String: Any]
            return .parts(details?["partitions"] as? [[String: Any]] ?? [])
        case "tail_unverified":
            judge.violate("\(call): a swept log is not trusted: \(message)")
            return .open
        default:
            let isDefinite = message.contains("nothing was") || message.contains("not stored")
            return isDefinite ? .refused(status: 503, body) : .open
        }
    }
}
