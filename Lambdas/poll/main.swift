import AWSClient
import DynamoDBTable
import LambdaHost
import LedgerService

LambdaHost.run(.poll) { environment in
    try DynamoDBTable(name: environment.table, environment: .fromProcess())
}
