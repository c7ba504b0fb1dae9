import Dispatch
import NIOCore
import Synchronization

/// Runs a task's jobs on an event loop, so that a small request is handled without changing
/// threads.
///
/// Each ``ConnectionLoop`` has one. A task keeps only an unowned reference to its executor, so what
/// the task captures must keep the loop.
final class EventLoopTaskExecutor: TaskExecutor {
    let eventLoop: any EventLoop
    /// The jobs that wait for the loop; one commit answers many requests at once.
    private let jobs = Mutex<[UnownedJob]>([])

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFirst = jobs.withLock { jobs in
            jobs.append(job)
            return jobs.count == 1
        }
        if isFirst { eventLoop.execute { self.runJobs() } }
    }

    private func runJobs() {
        let waiting = jobs.withLock { jobs in
            defer { jobs = [] }
            return jobs
        }
        for job in waiting { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}

/// Runs tasks on a few threads of their own, so that work of unknown size, such as a compressed
/// body, holds up neither event loops nor Swift's global executor.
final class BulkExecutor: TaskExecutor {
    private let queues: [DispatchQueue]
    private let next = Atomic<Int>(0)

    init(threads: Int) {
        queues = (0..<threads).map { DispatchQueue(label: "eventledger.bulk.\($0)") }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        let turn = next.wrappingAdd(1, ordering: .relaxed).newValue
        queues[Int(UInt(bitPattern: turn) % UInt(queues.count))].async {
            unowned.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }
}
