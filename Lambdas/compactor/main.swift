import LambdaHost
import LedgerService
import LedgerTesting

LambdaHost.run(.compactor) { _ in
    MemoryTable()
}
