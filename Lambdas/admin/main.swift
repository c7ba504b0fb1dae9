import LambdaHost
import LedgerService
import LedgerTesting

LambdaHost.run(.admin) { _ in
    MemoryTable()
}
