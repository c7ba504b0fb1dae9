import AWSClient
import DynamoDBTable
import LambdaHost
import LedgerService

LambdaHost.run(.compactor) { environment in
    try DynamoDBTable(name: environment.table, environment: .fromProcess())
}
