import CurlHTTP
import Synchronization

/// A place where credentials may be.
protocol CredentialsSource: Sendable {
    /// The credentials that this place has at present; nil when it is not in use here.
    func fetch() async throws(AWSError) -> AWSCredentials?
}

/// Finds credentials, keeps them, and fetches new ones before they expire; one fetch at a time.
///
/// Two fetches are some seconds apart, however many callers ask: while the source is out of order,
/// they neither wait for it one after another nor storm it.
final class CredentialsProvider: Sendable {
    /// New credentials are fetched so long before the old ones expire.
    static let margin: Duration = .seconds(300)
    /// No fetch follows another within this time, unless all that came of it were keys that AWS
    /// refused.
    static let pause: Duration = .seconds(5)

    private typealias Fetch = Task<Result<AWSCredentials, AWSError>, Never>

    private struct State {
        /// The last that were fetched, expired perhaps; nil before that, and when AWS refused them.
        var fetched: AWSCredentials?
        /// The fetch under way; callers wait for it, unless the old credentials are still valid.
        var fetch: Fetch?
        /// The time at which the last fetch was begun.
        var tried: AWSTime?
        /// The error of the last fetch; nil when it brought credentials.
        var failure: AWSError?
    }

    private let sources: [any CredentialsSource]
    private let now: @Sendable () -> AWSTime
    private let state = Mutex(State())

    /// Asks the sources in turn; the first that has credentials decides.
    init(
        _ sources: [any CredentialsSource],
        now: @escaping @Sendable () -> AWSTime = AWSTime.now
    ) {
        self.sources = sources
        self.now = now
    }

    /// Credentials that are valid now.
    ///
    /// The old ones serve to their end, while new ones are fetched and when they can't be had.
    func credentials() async throws(AWSError) -> AWSCredentials {
        switch next(at: now()) {
        case .use(let credentials): return credentials
        case .fail(let error): throw error
        case .await(let fetch): return try await fetch.value.get()
        }
    }

    /// Forgets credentials that were refused, unless others were fetched meanwhile.
    func refuse(_ refused: AWSCredentials) {
        state.withLock { state in
            if state.fetched == refused { state.fetched = nil }
        }
    }

    /// The next step of a caller that needs credentials.
    private enum Next {
        case use(AWSCredentials)
        case await(Fetch)
        case fail(AWSError)
    }

    private func next(at time: AWSTime) -> Next {
        state.withLock { state in
            let valid = state.fetched.flatMap { $0.isValid(at: time) ? $0 : nil }
            if let valid, valid.isValid(at: time.advanced(by: Self.margin)) {
                return .use(valid)
            }
            let isResting = state.tried.map { Self.isResting(at: time, after: $0) } ?? false
            if let fetch = state.fetch ?? (isResting ? nil : begin(&state, at: time)) {
                return valid.map(Next.use) ?? .await(fetch)
            }
            if let valid { return .use(valid) }
            return state.failure.map(Next.fail) ?? .await(begin(&state, at: time))
        }
    }

    /// True for some seconds after a fetch was begun; false also when the clock was set back since.
    private static func isResting(at time: AWSTime, after tried: AWSTime) -> Bool {
        tried <= time && time < tried.advanced(by: pause)
    }

    private func begin(_ state: inout State, at time: AWSTime) -> Fetch {
        let fetch = Task { await self.fetch() }
        state.fetch = fetch
        state.tried = time
        return fetch
    }

    private func fetch() async -> Result<AWSCredentials, AWSError> {
        let result: Result<AWSCredentials, AWSError>
        do throws(AWSError) {
            result = .success(try await find())
        } catch {
            result = .failure(error)
        }
        state.withLock { state in
            state.fetch = nil
            switch result {
            case .success(let found):
                state.fetched = found
                state.failure = nil
            case .failure(let error): state.failure = error
            }
        }
        return result
    }

    private func find() async throws(AWSError) -> AWSCredentials {
        for source in sources {
            if let found = try await source.fetch() { return found }
        }
        throw AWSError(
            .notSent,
            message: "no AWS credentials: none in the environment, in a profile file, "
                + "from a container's endpoint or an instance's role"
        )
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

/// An access key with its secret, by which requests are signed.
///
/// Its description leaves the secrets out, so that no log line can hold them.
struct AWSCredentials: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    var accessKeyID: String
    var secretAccessKey: String
    var sessionToken: String?
    /// The first moment at which AWS refuses them; nil for keys that stay valid.
    var expiration: AWSTime?

    func isValid(at time: AWSTime) -> Bool { expiration.map { time < $0 } ?? true }

    var description: String { "credentials \(accessKeyID.prefix(4))…" }
    var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID.prefix(4)]) }
}
