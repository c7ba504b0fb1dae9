package import LedgerCore

/// Whether requests need an API key.
package enum KeyPolicy: Sendable {
    /// No: everyone who reaches the ledger may do everything.
    case off
    /// Yes, except for `/health` and `/openapi.json`.
    case on(KeySettings)

    /// Whether requests need one.
    package var isOn: Bool {
        if case .on = self { true } else { false }
    }
}

/// What holds for API keys.
package struct KeySettings: Sendable {
    /// The hash of the operator's own key, which is not in the table and may do everything.
    package var rootHash: APIKeyHash
    /// Requests a second that one key may make, with as many at once; 0: any number.
    package var requestsPerSecond: Int

    /// Settings; without a limit unless said otherwise.
    package init(rootHash: APIKeyHash, requestsPerSecond: Int = 0) {
        self.rootHash = rootHash
        self.requestsPerSecond = requestsPerSecond
    }
}
