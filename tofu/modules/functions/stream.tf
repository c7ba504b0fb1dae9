# The doorbell: new chunks reach the compactor through the table's stream. What it misses, the sweep
# finds (schedule.tf), so retries are few and a bad batch blocks nobody for long.

locals {
  # Only new chunks: a chunk has its batch `b`, a seal has none; a removal has no new image, and rows
  # of the log never change. Everything else that is written, the compactor's own rows above all, must
  # not call it. For DynamoDB, Lambda's documentation knows filters on `dynamodb` only, and `exists`
  # on leaves only.
  new_chunks = {
    dynamodb = {
      Keys     = { PK = { S = [{ prefix = "LOG#" }] } }
      NewImage = { b = { B = [{ exists = true }] } }
    }
  }
}

resource "aws_lambda_event_source_mapping" "stream" {
  event_source_arn = var.stream_arn
  function_name    = aws_lambda_function.function["compactor"].arn

  # LATEST can miss what is written while the mapping starts.
  starting_position                  = "TRIM_HORIZON"
  batch_size                         = 100
  maximum_batching_window_in_seconds = var.batching_window_seconds
  parallelization_factor             = var.parallelization_factor
  bisect_batch_on_function_error     = true
  function_response_types            = ["ReportBatchItemFailures"]
  maximum_retry_attempts             = 5
  maximum_record_age_in_seconds      = 3600

  filter_criteria {
    filter {
      pattern = jsonencode(local.new_chunks)
    }
  }

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.failed.arn
    }
  }

  depends_on = [aws_iam_role_policy.function]
}

# Where the stream's records stand that could not be folded. A message names them; the events
# themselves are in the log. Its depth is an alarm.
resource "aws_sqs_queue" "failed" {
  name                      = "${var.name}-failed-batches"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}
