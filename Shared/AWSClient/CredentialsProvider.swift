import CurlHTTP
import Synchronization

/// A place where credentials may be.
protocol CredentialsSource: Sendable {
    /// Nil when this place is not in use here.
    func fetch() async throws(AWSCredentialsError) -> AWSCredentials?
}

/// Finds credentials, keeps them, and fetches new ones before they expire; one fetch at a time.
final class CredentialsProvider: Sendable {
    /// Seconds before the end at which new ones are fetched.
    static let margin: Int64 = 300

    private typealias Fetch = Task<Result<AWSCredentials, AWSCredentialsError>, Never>

    private enum State {
        case none
        case known(AWSCredentials)
        /// One task fetches; others wait for it. The old ones may still be valid.
        case fetching(Fetch, AWSCredentials?)
    }

    private let sources: [any CredentialsSource]
    private let now: @Sendable () -> Int64
    private let state: Mutex<State>

    /// Asks the sources in turn; the first that has credentials decides.
    init(
        _ sources: [any CredentialsSource],
        now: @escaping @Sendable () -> Int64 = SystemTime.seconds
    ) {
        self.sources = sources
        self.now = now
        state = Mutex(.none)
    }

    /// Valid credentials.
    ///
    /// While new ones can't be had, the old ones serve to their end.
    func credentials() async throws(AWSCredentialsError) -> AWSCredentials {
        let moment = now()
        let (known, fetch) = known(at: moment)
        guard let fetch else {
            guard let known else { preconditionFailure("known, or being fetched") }
            return known
        }
        switch await fetch.value {
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

    /// What is known, and the fetch that must be waited for; begins one where it is needed.
    private func known(at moment: Int64) -> (AWSCredentials?, Fetch?) {
        state.withLock { (state: inout State) -> (AWSCredentials?, Fetch?) in
            let old: AWSCredentials?
            switch state {
            case .known(let known) where isFresh(known, moment): return (known, nil)
            case .fetching(let fetch, let old): return (old, fetch)
            case .none: old = nil
            case .known(let known): old = known
            }
            let fetch = Task { await self.fetch(old) }
            state = .fetching(fetch, old)
            return (old, fetch)
        }
    }

    private func fetch(
        _ old: AWSCredentials?
    ) async -> Result<AWSCredentials, AWSCredentialsError> {
        do throws(AWSCredentialsError) {
            for source in sources {
                guard let found = try await source.fetch() else { continue }
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
        CredentialsProvider([
            EnvironmentCredentials(variables: variables),
            ProfileCredentials(variables: variables),
            ContainerCredentials(variables: variables, http: http),
            InstanceMetadata(variables: variables, http: http),
        ])
    }
}
