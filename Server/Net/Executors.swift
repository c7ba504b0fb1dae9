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

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        eventLoop.execute { unowned.runSynchronously(on: self.asUnownedTaskExecutor()) }
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
