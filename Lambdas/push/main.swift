import AWSClient
import DynamoDBTable
import LambdaHost
import LedgerService
import WebhookHTTP

LambdaHost.run(.push) { environment in
    let aws = try AWSEnvironment.fromProcess()
    return FunctionConnections(
        table: try DynamoDBTable(name: environment.table, environment: aws),
        webhookSender: WebhookClient(),
        invoke: try LambdaClient(aws).invoke
    )
}
