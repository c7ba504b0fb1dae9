package import AWSClient
import DynamoDBJSON
package import LedgerCore
import MachineClock
import RawJSON

/// A ledger's ``Table`` in one table of DynamoDB.
///
/// The table has the text attributes `PK` and `SK` as its keys and `ttl` as its time to live. A
/// write is sent once: whether to repeat it is for the plans of LedgerCore to say.
package final class DynamoDBTable: Table {
    /// DynamoDB removes whatever has a `ttl`, in any order.
    package let deletesLogByItself = true

    /// True for AWS, which refuses signatures that are 5 minutes off; an emulation need not.
    package var checksClock: Bool { client.isAWS }

    private let requests: Requests
    private let client: DynamoDBClient
    private let clock: @Sendable () -> Instant
    private let meter = CallMeter()

    /// A table by its name, in the environment's region or at its endpoint; makes no call.
    ///
    /// - Parameters:
    ///   - name: The table's name, as IAM's policies know it.
    ///   - environment: The region, the endpoint and the credentials of all calls.
    ///   - attemptTimeout: The longest that one attempt of a call may take; an
    ///     emulation may need more than the 2 seconds that do for DynamoDB.
    ///   - clock: The clock that decisions are stamped from.
    /// - Throws: When the environment names an endpoint that is no address.
    package init(
        name: String,
        environment: AWSEnvironment,
        attemptTimeout: Duration = .seconds(2),
        clock: @escaping @Sendable () -> Instant = MachineClock.instant
    ) throws(AWSError) {
        self.clock = clock
        requests = Requests(table: name)
        client = try DynamoDBClient(
            environment,
            attemptTimeout: attemptTimeout
        )
    }

    /// The calls and capacity units so far.
    package var statistics: DynamoDBStatistics { meter.statistics }

    /// As the protocol says: by `GetItem`.
    package func get(_ key: TableKey) async throws(TableError) -> Item? {
        let response = try await call(.get, body: requests.get(key))
        let item = response.item?.item(key)
        meter.read(item.map { [$0] } ?? [], consistency: .strong)
        return item
    }

    /// As the protocol says: by `Query`.
    package func query(_ query: Query) async throws(TableError) -> QueryPage {
        try query.check()
        guard let range = SortKeyRange(query) else { return QueryPage(items: [], next: nil) }
        let response = try await call(.query, body: requests.query(query, in: range))
        var items: [Item] = []
        items.reserveCapacity(response.items.count)
        for image in response.items {
            guard let key = query.group.key(sortKey: image.sortKey) else {
                throw TableError(
                    .definite,
                    reason: .corrupt,
                    message: "a row with a foreign sort key"
                )
            }
            items.append(image.item(key))
        }
        meter.read(items, consistency: query.consistency)
        return QueryPage(items: items, next: response.last)
    }

    /// As the protocol says: by `PutItem` or `DeleteItem`, sent at most once.
    package func write(
        _ write: Write,
        decided: Instant
    ) async throws(TableError) -> WriteOutcome {
        try write.checkAlone()
        let operation: Operation = if case .put = write.operation { .put } else { .delete }
        let result = await attempt(
            operation,
            body: requests.write(write),
            repetition: once(decided: decided)
        )
        meter.wrote([write], inTransaction: false)
        switch result {
        case .success: return .applied
        case .failure(let error) where error.code == "ConditionalCheckFailedException":
            return .conditionFailed(current: try decode(error.body).item?.item(write.key))
        case .failure(let error): throw TableError(error, isRead: false)
        }
    }

    /// As the protocol says: by `TransactWriteItems`, sent at most once.
    package func transact(
        _ writes: [Write],
        token: TransactionToken,
        decided: Instant
    ) async throws(TableError) -> TransactionOutcome {
        try writes.checkTransaction()
        let body = requests.transact(writes, token: token)
        let result = await attempt(.transact, body: body, repetition: once(decided: decided))
        meter.wrote(writes, inTransaction: true)
        switch result {
        case .success: return .applied
        case .failure(let error) where error.code == "TransactionCanceledException":
            return try outcome(of: writes, cancelledFor: try decode(error.body).reasons)
        case .failure(let error): throw TableError(error, isRead: false)
        }
    }

    /// As the protocol says: by `BatchWriteItem`, repeated until nothing is left over.
    package func batchDelete(_ keys: [TableKey]) async throws(TableError) {
        var left = keys.map { (group: $0.group, sortKey: $0.sortKey) }
        var fruitless = 0
        while !left.isEmpty {
            let batch = left.prefix(Self.batchSize)
            let response = try await call(.batch, body: requests.batchDelete(Array(batch)))
            let kept = response.unprocessed.compactMap { image in
                batch.first {
                    $0.sortKey == image.sortKey && $0.group.partitionKey == image.partitionKey
                }
            }
            left = kept + left.dropFirst(Self.batchSize)
            fruitless = kept.count < batch.count ? 0 : fruitless + 1
            guard fruitless < Self.fruitlessBatches else {
                throw TableError(
                    .indefinite,
                    reason: .throttled,
                    message: "DynamoDB deletes nothing at the moment"
                )
            }
        }
    }

    /// Nothing: DynamoDB does it by itself.
    package func purgeExpired(before moment: Timestamp, limit: Int) -> Int { 0 }

    private static let batchSize = 25
    private static let fruitlessBatches = 5

    // MARK: Calls

    /// Sent at most once, and not at all when the decision is too old by then.
    ///
    /// DynamoDB refuses it as well when it arrives too late: the signature is of that moment.
    private func once(decided: Instant) -> DynamoDBClient.Repetition {
        .never(decided: AWSTime(seconds: decided.now.seconds)) { [clock] in
            (try? decided.checkAge(at: clock())) != nil
        }
    }

    private func attempt(
        _ operation: Operation,
        body: [UInt8],
        repetition: DynamoDBClient.Repetition = .harmless
    ) async -> Result<DynamoDBResponse, AWSError> {
        meter.called(operation)
        do throws(AWSError) {
            let bytes = try await client.call(operation.name, body: body, repetition: repetition)
            guard let response = try? DynamoDBResponse(bytes) else { throw .unreadable }
            meter.consumed(response.units, by: operation)
            return .success(response)
        } catch {
            if error.kind == .throttled { meter.throttled() }
            return .failure(error)
        }
    }

    private func call(
        _ operation: Operation,
        body: [UInt8]
    ) async throws(TableError) -> DynamoDBResponse {
        switch await attempt(operation, body: body) {
        case .success(let response): return response
        case .failure(let error): throw TableError(error, isRead: operation.isRead)
        }
    }

    /// The body of a refusal, which says that nothing was written.
    private func decode(_ body: [UInt8]) throws(TableError) -> DynamoDBResponse {
        do throws(JSONError) {
            return try DynamoDBResponse(body)
        } catch {
            throw TableError(
                .definite,
                reason: .unavailable,
                message: "DynamoDB's refusal can't be read: \(error)"
            )
        }
    }

    /// The outcome of a transaction that DynamoDB cancelled, by its reasons for each write.
    private func outcome(
        of writes: [Write],
        cancelledFor reasons: [DynamoDBResponse.Reason]
    ) throws(TableError) -> TransactionOutcome {
        var failed: [Int: Item?] = [:]
        var unjudged: Set<Int> = []
        for (index, reason) in reasons.enumerated() where index < writes.count {
            switch reason.code {
            case "ConditionalCheckFailed":
                failed.updateValue(reason.item?.item(writes[index].key), forKey: index)
            case "None", "": break
            default: unjudged.insert(index)
            }
        }
        if !failed.isEmpty { return .conditionFailed(failed, unjudged: unjudged) }
        let codes = Set(reasons.map(\.code)).subtracting(["None", ""])
        let text = codes.sorted().joined(separator: ", ")
        guard codes.isDisjoint(with: ["ValidationError", "ItemCollectionSizeLimitExceeded"]) else {
            throw TableError(
                .definite,
                reason: .invalid,
                message: "the transaction was refused: \(text)"
            )
        }
        meter.throttled()
        throw TableError(
            .definite,
            reason: .throttled,
            message: "the transaction was cancelled: \(text)"
        )
    }
}

extension TableError {
    /// The error of a table for a call that failed; a failed read never wrote anything.
    init(_ error: AWSError, isRead: Bool) {
        switch error.kind {
        case .throttled: self.init(.definite, reason: .throttled, message: error.message)
        case .refused where error.code == "ValidationException":
            self.init(.definite, reason: .invalid, message: error.message)
        case .refused, .notSent: self.init(.definite, reason: .unavailable, message: error.message)
        case .indefinite:
            self.init(
                isRead ? .definite : .indefinite,
                reason: .unavailable,
                message: error.message
            )
        }
    }
}
