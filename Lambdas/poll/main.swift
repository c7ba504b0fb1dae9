import LambdaHost
import LedgerService
import LedgerTesting

LambdaHost.run(.poll) { _ in
    MemoryTable()
}
