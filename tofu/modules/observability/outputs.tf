output "alarm_topic_arn" {
  description = "The topic that alarms are published to."
  value       = aws_sns_topic.alarms.arn
}

output "dashboard" {
  description = "The dashboard's name."
  value       = aws_cloudwatch_dashboard.ledger.dashboard_name
}

output "monthly_budget_usd" {
  description = "Dollars a month of which a forecast above is reported; null: none."
  value       = one([for budget in aws_budgets_budget.monthly : tonumber(budget.limit_amount)])
}
