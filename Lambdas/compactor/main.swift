import AWSClient
import DynamoDBTable
import LambdaHost
import LedgerService

LambdaHost.run(.compactor) { environment in
    let aws = try AWSEnvironment.fromProcess()
    return FunctionConnections(
        table: try DynamoDBTable(name: environment.table, environment: aws),
        invoke: try LambdaClient(aws).invoke
    )
}
