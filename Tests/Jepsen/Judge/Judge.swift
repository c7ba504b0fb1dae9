import Foundation
import LedgerTesting
import Synchronization

/// Holds what clients were told against the whole log, read back at the end.
final class Judge: Sendable {
    private struct State {
        /// Violations found as they happened.
        var violations: [String] = []
        /// Values that were refused for good.
        var refused: Set<String> = []
        /// Values of atomic publishes, request by request.
        var atomic: [[String]] = []
        var delivered: [(event: History.Event, name: String)] = []
        var sent = 0
        var open = 0
        var linearized = 0
    }

    private let state = Mutex(State())
    let history = History()

    /// Notes that a promise was broken, and how.
    func violate(_ text: String) {
        say("VIOLATION: \(text)")
        state.withLock { $0.violations.append(text) }
    }

    /// A request with these values is sent.
    func began(_ values: [String], isAtomic: Bool) {
        state.withLock { state in
            state.sent += values.count
            if isAtomic { state.atomic.append(values) }
        }
    }

    /// These values are not stored, nor ever will be.
    func refused(_ values: [String]) {
        state.withLock { $0.refused.formUnion(values) }
    }

    /// Nobody knows whether these values are stored.
    func left(open values: [String]) {
        state.withLock { $0.open += values.count }
        for value in values { history.leaveOpen(value) }
    }

    func delivered(_ event: History.Event, to name: String) {
        state.withLock { $0.delivered.append((event, name)) }
    }

    func counted(linearized: Int) {
        state.withLock { $0.linearized += linearized }
    }

    /// Everything that contradicts the promises.
    ///
    /// - Parameters:
    ///   - log: all events, of every partition.
    ///   - compacted: by key, the value in the compacted state.
    /// - Returns: a text for each violation; empty when every promise held.
    func violations(log: [History.Event], compacted: [String: String]) -> [String] {
        let state = state.withLock { $0 }
        let stored = Set(log.map(\.value))
        let places = Dictionary(
            log.map { ("\($0.partition)/\($0.offset)", $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let wrongDeliveries = state.delivered.compactMap { event, name in
            places["\(event.partition)/\(event.offset)"] == event
                ? nil : "\(name) was given \(event), which is not in the log"
        }
        return state.violations + history.violations(log: log)
            + state.refused.intersection(stored).sorted().map { "refused, and stored: \($0)" }
            + state.atomic.compactMap { Self.torn($0, among: stored) }
            + wrongDeliveries + Self.differences(of: compacted, from: Self.fold(log))
    }

    private static func torn(_ values: [String], among stored: Set<String>) -> String? {
        let count = values.count { stored.contains($0) }
        return count == 0 || count == values.count
            ? nil : "\(count) of \(values.count) of an atomic publish are stored: \(values)"
    }

    private static func fold(_ log: [History.Event]) -> [String: String] {
        log.sorted { $0.offset < $1.offset }.reduce(into: [:]) { $0[$1.key] = $1.value }
    }

    private static func differences(
        of found: [String: String],
        from expected: [String: String]
    ) -> [String] {
        Set(expected.keys).union(found.keys).sorted().compactMap { key in
            expected[key] == found[key]
                ? nil
                : "\(key) is \(found[key] ?? "nothing") in the compacted state, not "
                    + (expected[key] ?? "nothing")
        }
    }

    /// The numbers of the whole run, in a line.
    var summary: String {
        let state = state.withLock { $0 }
        return "\(state.sent) events sent, \(history.acknowledgedCount) acknowledged, "
            + "\(state.refused.count) refused, \(state.open) open, "
            + "\(state.delivered.count) delivered, \(state.linearized) calls linearized"
    }

    static func events(_ page: [String: Any]) -> [History.Event] {
        (page["events"] as? [[String: Any]] ?? []).map { event in
            History.Event(
                partition: event["partition"] as? Int ?? -1,
                offset: event["offset"] as? Int ?? -1,
                key: event["key"] as? String ?? "",
                value: event["data"] as? String ?? ""
            )
        }
    }
}

/// Reads everything back from a calm cluster.
struct LastLook {
    let client: Client

    /// The whole log and the compacted state of it.
    func read() async throws -> (log: [History.Event], compacted: [String: String]) {
        try await persist("POST", at: "/streams/s/compact")
        var compacted: [String: String] = [:]
        var next = ""
        repeat {
            let page = try await persist("GET", at: "/streams/s/compacted?limit=1000\(next)")
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
            let page = try await persist("GET", at: target)
            log += Judge.events(page)
            if page["caught_up"] as? Bool == true { return log }
        }
    }

    /// Makes a call that is safe to repeat, until it succeeds.
    ///
    /// `isThere` is the status that counts as a success too: that of what exists already.
    @discardableResult
    func persist(
        _ method: String,
        at target: String,
        sending body: String = "",
        isThere: Int? = nil
    ) async throws -> [String: Any] {
        let patience = Patience()
        while true {
            switch await client.call(method, at: target, sending: body, to: 0) {
            case .success(let body): return body
            case .refused(let status, _) where status == isThere: return [:]
            case .refused(let status, let body):
                try patience.check("\(method) \(target): \(status) \(body)")
            case .parts, .open: try patience.check("\(method) \(target)")
            }
        }
    }
}
