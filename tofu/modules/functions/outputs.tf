output "functions" {
  description = "By function (admin, publish, poll, compactor, and push with webhooks): its name, invoke ARN and log group."
  value = {
    for key, function in aws_lambda_function.function : key => {
      name       = function.function_name
      invoke_arn = function.invoke_arn
      log_group  = aws_cloudwatch_log_group.function[key].name
    }
  }
}

output "failed_batches_queue" {
  description = "The name of the queue of batches that could not be folded."
  value       = aws_sqs_queue.failed.name
}
