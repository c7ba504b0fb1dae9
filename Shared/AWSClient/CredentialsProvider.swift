import CurlHTTP
import Synchronization

/// A place where credentials may be.
protocol CredentialsSource: Sendable {
    /// Nil when this place is not in use here.
    func fetch() async throws(AWSCredentialsError) -> AWSCredentials?
}

/// Finds credentials, keeps them, and fetches new ones before they expire; one fetch at a time.
///
/// Between two fetches pass some seconds, whoever asks: while the place is out of order, callers
/// neither wait for it one after another nor storm it.
final class CredentialsProvider: Sendable {
    /// Seconds before the end at which new ones are fetched.
    static let margin: Int64 = 300
    /// Seconds after a fetch in which there is no other, unless nothing came of it but keys that
    /// were refused.
    static let pause: Int64 = 5

    private typealias Fetch = Task<Result<AWSCredentials, AWSCredentialsError>, Never>

    private struct State {
        /// The last that were fetched; they may be about to expire, or have.
        var known: AWSCredentials?
        /// One task fetches; others wait for it, unless the old ones are still valid.
        var fetch: Fetch?
        /// When the last fetch was begun.
        var tried: Int64?
        /// How it failed.
        var failure: AWSCredentialsError?
    }

    private let sources: [any CredentialsSource]
    private let now: @Sendable () -> Int64
    private let state = Mutex(State())

    /// Asks the sources in turn; the first that has credentials decides.
    init(
        _ sources: [any CredentialsSource],
        now: @escaping @Sendable () -> Int64 = SystemTime.seconds
    ) {
        self.sources = sources
        self.now = now
    }

    /// Valid credentials.
    ///
    /// The old ones serve to their end, while new ones are fetched and when they can't be had.
    func credentials() async throws(AWSCredentialsError) -> AWSCredentials {
        switch next(at: now()) {
        case .use(let known): return known
        case .fail(let error): throw error
        case .await(let fetch): return try await fetch.value.get()
        }
    }

    /// Forgets credentials that were refused, unless others were fetched meanwhile.
    func refuse(_ refused: AWSCredentials) {
        state.withLock { state in
            if state.known == refused { state.known = nil }
        }
    }

    /// What a caller does.
    private enum Next {
        case use(AWSCredentials)
        case await(Fetch)
        case fail(AWSCredentialsError)
    }

    private func next(at moment: Int64) -> Next {
        state.withLock { state in
            let valid = state.known.flatMap { $0.isValid(at: moment) ? $0 : nil }
            if let valid, valid.isValid(at: moment + Self.margin) { return .use(valid) }
            let isResting = state.tried.map { (0..<Self.pause).contains(moment - $0) } ?? false
            if let fetch = state.fetch ?? (isResting ? nil : begin(&state, at: moment)) {
                return valid.map(Next.use) ?? .await(fetch)
            }
            if let valid { return .use(valid) }
            return state.failure.map(Next.fail) ?? .await(begin(&state, at: moment))
        }
    }

    private func begin(_ state: inout State, at moment: Int64) -> Fetch {
        let fetch = Task { await self.fetch() }
        state.fetch = fetch
        state.tried = moment
        return fetch
    }

    private func fetch() async -> Result<AWSCredentials, AWSCredentialsError> {
        let result: Result<AWSCredentials, AWSCredentialsError>
        do throws(AWSCredentialsError) {
            result = .success(try await find())
        } catch {
            result = .failure(error)
        }
        state.withLock { state in
            state.fetch = nil
            switch result {
            case .success(let found):
                state.known = found
                state.failure = nil
            case .failure(let error): state.failure = error
            }
        }
        return result
    }

    private func find() async throws(AWSCredentialsError) -> AWSCredentials {
        for source in sources {
            if let found = try await source.fetch() { return found }
        }
        throw AWSCredentialsError(
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

/// Keys that sign requests.
///
/// Its description leaves the secrets out, so that no log line can hold them.
struct AWSCredentials: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    var accessKeyID: String
    var secretAccessKey: String
    var sessionToken: String?
    /// Seconds since the epoch; nil: they stay valid.
    var expiration: Int64?

    func isValid(at moment: Int64) -> Bool { expiration.map { moment < $0 } ?? true }

    var description: String { "credentials \(accessKeyID.prefix(4))…" }
    var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID.prefix(4)]) }
}

/// Why there are no credentials; holds no secret.
package struct AWSCredentialsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried and what came of it.
    package let message: String

    /// The message.
    package var description: String { message }
}
