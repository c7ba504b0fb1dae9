# One alarm resource over one map: what is counted, where, and how much of it is too much.

locals {
  aws_lambda = "AWS/Lambda"
  compactor  = { function = var.functions["compactor"].name }

  errors = {
    for key, function in var.functions : "${key}-errors" => {
      description = "Calls of ${key} fail: see its log group."
      namespace   = local.aws_lambda, metric = "Errors"
      dimensions  = { FunctionName = function.name }
    }
  }

  # Push waits for its turn where concurrency is reserved for it: nobody waits for an answer.
  throttles = {
    for key, function in var.functions : "${key}-throttles" => {
      description = "Calls of ${key} are refused: reserved concurrency, or the account's, is used up."
      namespace   = local.aws_lambda, metric = "Throttles"
      dimensions  = { FunctionName = function.name }
    } if key != "push"
  }

  # The ledger's own counters, from the functions' logs (embedded metric format).
  ledger = {
    "tail-unverified" = {
      description = "A sweep cannot verify a tail, for none did in 47 hours: publishing to it is refused. The compactor's log names it; POST /streams/{stream}/accept-tail."
      namespace   = "EventLedger", metric = "eventledger_tail_unverified_total"
      dimensions  = local.compactor
    }
    "fold-failures" = {
      description = "Folds fail: compacted state falls behind. See the compactor's log."
      namespace   = "EventLedger", metric = "eventledger_fold_failures_total"
      dimensions  = local.compactor, periods = 3
    }
    "fold-lost-events" = {
      description = "Events expired before they were folded: compaction was off for longer than the retention."
      namespace   = "EventLedger", metric = "eventledger_fold_lost_events_total"
      dimensions  = local.compactor
    }
    "sweep-failures" = {
      description = "Sweeps could not bring a partition up to date. See the compactor's log."
      namespace   = "EventLedger", metric = "eventledger_sweep_failures_total"
      dimensions  = local.compactor, periods = 3
    }
    "sweeps-missing" = {
      description = "No sweep ran for an hour. After 47 hours without any, publishing to idle streams is refused."
      namespace   = "EventLedger", metric = "eventledger_sweeps_total"
      dimensions  = local.compactor
      comparison  = "LessThanThreshold", threshold = 1, period = 3600, missing = "breaching"
    }
  }

  others = {
    "api-5xx" = {
      description = "The API answers 5xx."
      namespace   = "AWS/ApiGateway", metric = "5xx"
      dimensions  = { ApiId = var.api_id, Stage = "$default" }
      threshold   = var.tolerated_5xx
    }
    "fold-lag" = {
      description = "Folds are late: the oldest record of the stream that was handled is this many milliseconds old."
      namespace   = local.aws_lambda, metric = "IteratorAge"
      dimensions  = { FunctionName = var.functions["compactor"].name }
      statistic   = "Maximum", threshold = var.fold_lag_seconds * 1000, periods = 3
    }
    "failed-batches" = {
      description = "Batches of the stream could not be folded; the messages say which. The sweep tries again."
      namespace   = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = var.failed_batches_queue }
      statistic   = "Maximum"
    }
    "table-read-throttles" = {
      description = "Reads of the table are throttled: a partition's or the table's ceiling."
      namespace   = "AWS/DynamoDB", metric = "ReadThrottleEvents"
      dimensions  = { TableName = var.table_name }
    }
    "table-write-throttles" = {
      description = "Writes to the table are throttled: over about 1 MB a second to one partition, or the table's ceiling."
      namespace   = "AWS/DynamoDB", metric = "WriteThrottleEvents"
      dimensions  = { TableName = var.table_name }
    }
  }

  webhooks = merge([
    for key, function in var.functions : {
      "pushes-missing" = {
        description = "Nobody looked after webhooks for an hour: events wait, and go out when push runs again."
        namespace   = local.aws_lambda, metric = "Invocations"
        dimensions  = { FunctionName = function.name }
        comparison  = "LessThanThreshold", threshold = 1, period = 3600, missing = "breaching"
      }
      "webhooks-disabled" = {
        description = "A webhook was disabled, for it failed for days or its endpoint is gone. The log of push names it; POST .../webhook/resume, or take it away."
        namespace   = "EventLedger", metric = "eventledger_webhooks.disabled"
        dimensions  = { function = function.name }
        statistic   = "Maximum"
      }
    } if key == "push"
  ]...)

  # DynamoDB counts its own errors by operation.
  system_errors = {
    for operation in ["GetItem", "Query", "PutItem", "TransactWriteItems", "BatchWriteItem"] :
    "table-errors-${lower(operation)}" => {
      description = "DynamoDB fails: ${operation}."
      namespace   = "AWS/DynamoDB", metric = "SystemErrors"
      dimensions  = { TableName = var.table_name, Operation = operation }
      periods     = 3
    }
  }

  alarms = merge(
    local.errors, local.throttles, local.ledger, local.webhooks, local.others, local.system_errors
  )
}

resource "aws_cloudwatch_metric_alarm" "alarm" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = try(each.value.statistic, "Sum")
  comparison_operator = try(each.value.comparison, "GreaterThanThreshold")
  threshold           = try(each.value.threshold, 0)
  period              = try(each.value.period, 300)
  evaluation_periods  = try(each.value.periods, 1)
  treat_missing_data  = try(each.value.missing, "notBreaching")
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}
