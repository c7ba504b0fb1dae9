import LambdaHost
import LedgerService
import LedgerTesting

LambdaHost.run(.publish) { _ in
    MemoryTable()
}
