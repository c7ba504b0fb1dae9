import AWSClient
import DynamoDBTable
import LambdaHost
import LedgerService
import WebhookHTTP

LambdaHost.run(.admin) { environment in
    FunctionConnections(
        table: try DynamoDBTable(name: environment.table, environment: .fromProcess()),
        // For the challenges by which addresses are verified. Where nothing would be sent to them
        // afterwards, there are no webhooks.
        webhookSender: environment.pushFunction == nil ? nil : WebhookClient()
    )
}
