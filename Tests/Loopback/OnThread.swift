import Foundation

/// Runs what blocks on a thread of its own.
///
/// Swift has as many threads for tasks as there are cores: two tests that block them on a machine
/// with two cores stop all others.
package func onThread<Success: Sendable, Failure: Error>(
    _ body: @escaping @Sendable () throws(Failure) -> Success
) async throws(Failure) -> Success {
    let result: Result<Success, Failure> = await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: Result(catching: body)) }
    }
    return try result.get()
}
