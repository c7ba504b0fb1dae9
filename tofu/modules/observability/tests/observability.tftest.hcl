mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { id = "eu-west-1" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-west-1:123456789012:ledger-alarms" }
  }
}

variables {
  name                 = "ledger"
  api_id               = "api1"
  functions            = { for key in ["admin", "publish", "poll", "compactor"] : key => { name = "ledger-${key}" } }
  table_name           = "ledger"
  failed_batches_queue = "ledger-failed-batches"
}

run "everything_that_can_go_wrong_has_an_alarm" {
  assert {
    condition = length(setsubtract([
      "admin-errors", "publish-errors", "poll-errors", "compactor-errors",
      "admin-throttles", "publish-throttles", "poll-throttles", "compactor-throttles",
      "api-5xx", "fold-lag", "fold-failures", "fold-lost-events", "failed-batches", "tail-unverified",
      "sweep-failures", "sweeps-missing", "table-read-throttles", "table-write-throttles",
      "table-errors-getitem", "table-errors-batchwriteitem", "table-errors-query", "table-errors-putitem", "table-errors-transactwriteitems",
    ], keys(aws_cloudwatch_metric_alarm.alarm))) == 0
    error_message = "An alarm is missing."
  }

  assert {
    condition = alltrue([for alarm in aws_cloudwatch_metric_alarm.alarm :
      alarm.alarm_actions == toset([aws_sns_topic.alarms.arn]) && alarm.ok_actions == toset([aws_sns_topic.alarms.arn])
    ])
    error_message = "Every alarm goes to the topic, and so does its end."
  }

  assert {
    condition     = [for key, alarm in aws_cloudwatch_metric_alarm.alarm : key if alarm.treat_missing_data == "breaching"] == ["sweeps-missing"]
    error_message = "Silence is an alarm for the sweep alone."
  }

  # The functions write their counters under the namespace and with the dimension of
  # Shared/LambdaHost/Metrics.
  assert {
    condition = alltrue([for alarm in aws_cloudwatch_metric_alarm.alarm :
      startswith(alarm.metric_name, "eventledger_") && alarm.dimensions == tomap({ function = "ledger-compactor" }) if alarm.namespace == "EventLedger"
    ])
    error_message = "The ledger's own metrics have the deployed function as their only dimension."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.alarm["fold-lag"].threshold == 300000 && aws_cloudwatch_metric_alarm.alarm["fold-lag"].metric_name == "IteratorAge"
    error_message = "Folds more than five minutes late, in milliseconds."
  }
}

run "push_has_its_own" {
  variables {
    functions = { for key in ["admin", "publish", "poll", "compactor", "push"] : key => { name = "ledger-${key}" } }
  }

  assert {
    condition     = contains(keys(aws_cloudwatch_metric_alarm.alarm), "push-errors") && aws_cloudwatch_metric_alarm.alarm["pushes-missing"].treat_missing_data == "breaching"
    error_message = "A run that fails, and none at all."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.alarm["webhooks-disabled"].dimensions == tomap({ function = "ledger-push" }) && aws_cloudwatch_metric_alarm.alarm["webhooks-disabled"].statistic == "Maximum"
    error_message = "A webhook that gets nothing any more, as push counts them."
  }

  assert {
    condition     = !contains(keys(aws_cloudwatch_metric_alarm.alarm), "push-throttles")
    error_message = "With reserved concurrency its calls wait, which harms nobody."
  }
}

run "the_topic_is_encrypted_and_for_alarms_only" {
  assert {
    condition     = aws_sns_topic.alarms.kms_master_key_id == aws_kms_key.alarms.id && aws_kms_key.alarms.enable_key_rotation
    error_message = "Encrypted with a key of its own."
  }

  assert {
    condition = alltrue([for statement in data.aws_iam_policy_document.alarms_topic.statement :
      anytrue([for c in statement.condition : c.variable == "aws:SourceArn" && alltrue([for arn in c.values : strcontains(arn, ":123456789012:")])])
      && alltrue([for p in statement.principals : p.type == "Service"])
    ])
    error_message = "Only AWS's services publish, and only for this account."
  }

  assert {
    condition     = length(aws_sns_topic_subscription.email) == 0 && length(aws_budgets_budget.monthly) == 0
    error_message = "Mail and budget are optional."
  }
}

run "mail_and_budget" {
  variables {
    alarm_email        = "on-call@example.com"
    monthly_budget_usd = 200
  }

  assert {
    condition     = aws_sns_topic_subscription.email[0].endpoint == "on-call@example.com"
    error_message = "Alarms are mailed."
  }

  assert {
    condition     = aws_budgets_budget.monthly[0].limit_amount == "200" && anytrue([for n in aws_budgets_budget.monthly[0].notification : n.notification_type == "FORECASTED"])
    error_message = "A forecast over the budget is reported."
  }
}

run "an_emulator_has_no_budgets" {
  variables {
    monthly_budget_usd = 200
    emulated           = true
  }

  assert {
    condition     = length(aws_budgets_budget.monthly) == 0
    error_message = "No budget."
  }
}

run "the_dashboard_answers_three_questions" {
  assert {
    condition = [for widget in jsondecode(aws_cloudwatch_dashboard.ledger.dashboard_body).widgets : widget.properties.markdown if widget.type == "text"] == [
      "# Is it healthy?", "# Is it behind?", "# What does it cost?"
    ]
    error_message = "Healthy, behind, cost."
  }

  assert {
    condition = alltrue([for widget in jsondecode(aws_cloudwatch_dashboard.ledger.dashboard_body).widgets :
      length(widget.properties.metrics) > 0 && widget.properties.region == "eu-west-1" if widget.type == "metric"
    ])
    error_message = "Every graph shows something."
  }
}
