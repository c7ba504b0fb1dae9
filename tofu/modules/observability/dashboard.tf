# Three rows: is it healthy, is it behind, what does it cost.

locals {
  rows = [
    {
      title = "Is it healthy?"
      widgets = [
        { title = "Answers", stat = "Sum", metrics = [
          for metric in ["Count", "4xx", "5xx"] : ["AWS/ApiGateway", metric, "ApiId", var.api_id, "Stage", "$default"]
        ] },
        { title = "Latency, ms (p99)", stat = "p99", metrics = [
          for metric in ["Latency", "IntegrationLatency"] : ["AWS/ApiGateway", metric, "ApiId", var.api_id, "Stage", "$default"]
        ] },
        { title = "Function errors and throttles", stat = "Sum", metrics = concat(
          [for function in local.function_names : ["AWS/Lambda", "Errors", "FunctionName", function]],
          [for function in local.function_names : ["AWS/Lambda", "Throttles", "FunctionName", function]]
        ) },
      ]
    },
    {
      title = "Is it behind?"
      widgets = [
        { title = "Age of the stream's records, ms", stat = "Maximum", metrics = [
          ["AWS/Lambda", "IteratorAge", "FunctionName", var.functions["compactor"].name],
        ] },
        { title = "Appended and folded events", stat = "Sum", metrics = [
          ["EventLedger", "eventledger_appended_events_total", "function", var.functions["publish"].name],
          ["EventLedger", "eventledger_folded_events_total", "function", var.functions["compactor"].name],
        ] },
        { title = "What went wrong", stat = "Sum", metrics = [
          ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", var.failed_batches_queue],
          ["EventLedger", "eventledger_fold_failures_total", "function", var.functions["compactor"].name],
          ["EventLedger", "eventledger_sweep_failures_total", "function", var.functions["compactor"].name],
          ["EventLedger", "eventledger_tail_unverified_total", "function", var.functions["compactor"].name],
        ] },
      ]
    },
    {
      title = "What does it cost?"
      widgets = [
        { title = "Table: units used", stat = "Sum", metrics = [
          for metric in ["ConsumedWriteCapacityUnits", "ConsumedReadCapacityUnits"] : ["AWS/DynamoDB", metric, "TableName", var.table_name]
        ] },
        { title = "Calls", stat = "Sum", metrics = concat(
          [["AWS/ApiGateway", "Count", "ApiId", var.api_id, "Stage", "$default"]],
          [for function in local.function_names : ["AWS/Lambda", "Invocations", "FunctionName", function]]
        ) },
        { title = "Time of the functions, ms", stat = "Sum", metrics = [
          for function in local.function_names : ["AWS/Lambda", "Duration", "FunctionName", function]
        ] },
      ]
    },
  ]

  function_names = [for function in var.functions : function.name]
}

resource "aws_cloudwatch_dashboard" "ledger" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = flatten([
      for y, row in local.rows : concat(
        [{ type = "text", x = 0, y = y * 7, width = 24, height = 1, properties = { markdown = "# ${row.title}" } }],
        [
          for x, widget in row.widgets : {
            type = "metric", x = x * 8, y = y * 7 + 1, width = 8, height = 6
            properties = {
              title  = widget.title, region = data.aws_region.current.id, stat = widget.stat
              period = 300, view = "timeSeries", metrics = widget.metrics
            }
          }
        ]
      )
    ])
  })
}
