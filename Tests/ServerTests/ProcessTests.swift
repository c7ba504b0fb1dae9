import Glibc
import LedgerTesting
import Synchronization
import Testing

@testable import LedgerServer

@Suite struct ProcessTests {
    @Test func waitsForTheFirstSignalAndLeavesAtTheSecond() async {
        let left = Gate()
        let status = Atomic<Int32>(0)
        // Not the signals that end a test run.
        let waiter = SignalWaiter(signals: [SIGUSR1]) { code in
            status.store(code, ordering: .sequentiallyConsistent)
            left.open()
        }
        kill(getpid(), SIGUSR1)
        #expect(await waiter.wait() == SIGUSR1)
        kill(getpid(), SIGUSR1)
        await left.wait()
        #expect(status.load(ordering: .sequentiallyConsistent) == 128 + SIGUSR1)
        withExtendedLifetime(waiter) {}
    }

    @Test func promisesNoMoreConnectionsThanThereAreDescriptors() {
        #expect(FileLimit.raise() >= 256)
        #expect(Admission.affordableConnections(10_000, fileLimit: 1024) == 704)
        #expect(Admission.affordableConnections(10_000, fileLimit: 65_536) == 10_000)
        #expect(Admission.affordableConnections(10_000, fileLimit: 10) == 1)
    }

    @Test func countsTheCoresItMayUse() {
        #expect(
            Processors.parse("Name:\tx\nCpus_allowed:\tff,0000000f\nCpus_allowed_list:\t0\n") == 12
        )
        #expect(Processors.parse("Name:\tx\n") == nil)
        #expect(Processors.available >= 1)
    }
}
