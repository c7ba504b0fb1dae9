output "name" {
  description = "The table's name."
  value       = aws_dynamodb_table.ledger.name
}

output "arn" {
  description = "The table's ARN."
  value       = aws_dynamodb_table.ledger.arn
}

output "stream_arn" {
  description = "The ARN of the table's stream."
  value       = aws_dynamodb_table.ledger.stream_arn
}
