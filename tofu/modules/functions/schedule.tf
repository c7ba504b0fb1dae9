# The sweep: folds what no record led to, notes that each tail was seen (`swept`), removes what has
# expired and goes on with deletions. A run does what is due: of the streams the next thousand of a
# round that begins every 6 hours, and what was left to come back to. A run that finds nothing is three
# reads; where one takes longer than a minute, the next ones find it at work and end at once.

resource "aws_cloudwatch_event_rule" "sweep" {
  name                = "${var.name}-sweep"
  description         = "EventLedger: the sweep"
  schedule_expression = var.sweep_rate
}

resource "aws_cloudwatch_event_target" "sweep" {
  rule = aws_cloudwatch_event_rule.sweep.name
  arn  = aws_lambda_function.function["compactor"].arn

  retry_policy {
    maximum_event_age_in_seconds = 60
    maximum_retry_attempts       = 0
  }
}

# A sweep that fails is not repeated: the next one comes soon.
resource "aws_lambda_function_event_invoke_config" "sweep" {
  function_name                = aws_lambda_function.function["compactor"].function_name
  maximum_event_age_in_seconds = 300
  maximum_retry_attempts       = 0
}

resource "aws_lambda_permission" "sweep" {
  statement_id  = "sweep"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.function["compactor"].function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.sweep.arn
}
