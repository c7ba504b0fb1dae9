# Webhooks: push is rung by the compactor for streams with new events, and looks at all webhooks each
# minute: what no ring led to, retries and probes that are due. A run that finds nothing is a query.

resource "aws_cloudwatch_event_rule" "push" {
  count = var.webhooks ? 1 : 0

  name                = local.push_function
  description         = "EventLedger: the look at all webhooks"
  schedule_expression = "rate(1 minute)"
}

resource "aws_cloudwatch_event_target" "push" {
  count = var.webhooks ? 1 : 0

  rule = aws_cloudwatch_event_rule.push[0].name
  arn  = aws_lambda_function.function["push"].arn

  retry_policy {
    maximum_event_age_in_seconds = 60
    maximum_retry_attempts       = 0
  }
}

# A run that fails is not repeated, and a call that finds no concurrency is dropped after a minute: the
# next look does its work.
resource "aws_lambda_function_event_invoke_config" "push" {
  count = var.webhooks ? 1 : 0

  function_name                = aws_lambda_function.function["push"].function_name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
}

resource "aws_lambda_permission" "push" {
  count = var.webhooks ? 1 : 0

  statement_id  = "push"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.function["push"].function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.push[0].arn
}

# It calls itself on purpose, as long as a run leaves work; Lambda would take that for a mistake.
resource "aws_lambda_function_recursion_config" "push" {
  count = var.webhooks && !var.emulated ? 1 : 0

  function_name  = aws_lambda_function.function["push"].function_name
  recursive_loop = "Allow"
}
