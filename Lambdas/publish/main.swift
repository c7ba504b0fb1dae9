import AWSClient
import DynamoDBTable
import LambdaHost
import LedgerService

LambdaHost.run(.publish) { environment in
    FunctionConnections(
        table: try DynamoDBTable(name: environment.table, environment: .fromProcess())
    )
}
