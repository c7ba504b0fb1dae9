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

output "max_read_units" {
  description = "The ceiling on read units a second; null: none."
  value       = one([for ceiling in aws_dynamodb_table.ledger.on_demand_throughput : ceiling.max_read_request_units if ceiling.max_read_request_units != -1])
}

output "max_write_units" {
  description = "The ceiling on write units a second; null: none."
  value       = one([for ceiling in aws_dynamodb_table.ledger.on_demand_throughput : ceiling.max_write_request_units if ceiling.max_write_request_units != -1])
}
