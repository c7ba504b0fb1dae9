import Synchronization

/// Finds credentials, keeps them, and fetches new ones before they expire; one fetch at a time.
final class CredentialsProvider: Sendable {
    typealias Source = @Sendable () async throws(AWSCredentialsError) -> AWSCredentials?

    /// Seconds before the end at which new ones are fetched.
    static let margin: Int64 = 300

    private enum State {
        case none
        case known(AWSCredentials)
        /// One task fetches; others wait for it. The old ones may still be valid.
        case fetching(Task<Result<AWSCredentials, AWSCredentialsError>, Never>, AWSCredentials?)
    }

    private let sources: [Source]
    private let now: @Sendable () -> Int64
    private let state = Mutex(State.none)

    /// Asks the sources in turn; the first that has credentials decides.
    init(_ sources: [Source], now: @escaping @Sendable () -> Int64 = SystemTime.seconds) {
        self.sources = sources
        self.now = now
    }

    /// Valid credentials.
    ///
    /// While new ones can't be had, the old ones serve to their end.
    func credentials() async throws(AWSCredentialsError) -> AWSCredentials {
        let moment = now()
        let (known, task) = state.withLock { state in
            switch state {
            case .known(let known) where isFresh(known, moment): return (known, nil)
            case .fetching(let task, let old): return (old, task)
            case .none: return begin(&state, nil)
            case .known(let old): return begin(&state, old)
            }
        }
        guard let task else {
            guard let known else { preconditionFailure("known, or being fetched") }
            return known
        }
        switch await task.value {
        case .success(let fetched): return fetched
        case .failure(let error):
            guard let known, let end = known.expiration, moment < end else { throw error }
            return known
        }
    }

    /// Forgets credentials that were refused, unless others were fetched meanwhile.
    func refuse(_ refused: AWSCredentials) {
        state.withLock { state in
            if case .known(refused) = state { state = .none }
        }
    }

    private func isFresh(_ credentials: AWSCredentials, _ moment: Int64) -> Bool {
        credentials.expiration.map { moment < $0 - Self.margin } ?? true
    }

    private func begin(
        _ state: inout State,
        _ old: AWSCredentials?
    ) -> (AWSCredentials?, Task<Result<AWSCredentials, AWSCredentialsError>, Never>?) {
        let task = Task { await self.fetch(old) }
        state = .fetching(task, old)
        return (old, task)
    }

    private func fetch(
        _ old: AWSCredentials?
    ) async -> Result<AWSCredentials, AWSCredentialsError> {
        do throws(AWSCredentialsError) {
            for source in sources {
                guard let found = try await source() else { continue }
                state.withLock { $0 = .known(found) }
                return .success(found)
            }
            throw AWSCredentialsError(
                message: "no AWS credentials: none in the environment, in a profile file, "
                    + "from a container's endpoint or an instance's role"
            )
        } catch {
            state.withLock { $0 = old.map(State.known) ?? .none }
            return .failure(error)
        }
    }
}

extension CredentialsProvider {
    /// Environment, profile files, container endpoint, instance metadata: the order of AWS's SDKs.
    static func chain(_ variables: Variables, http: CurlPool) -> CredentialsProvider {
        let container = ContainerCredentials(variables: variables, http: http)
        let instance = InstanceMetadata(variables: variables, http: http)
        return CredentialsProvider([
            { () async throws(AWSCredentialsError) in LocalCredentials.environment(variables) },
            { () async throws(AWSCredentialsError) in LocalCredentials.profile(variables) },
            { () async throws(AWSCredentialsError) in try await container.fetch() },
            { () async throws(AWSCredentialsError) in try await instance.fetch() },
        ])
    }
}
