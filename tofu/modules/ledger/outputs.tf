output "api_url" {
  description = "Where the API answers."
  value       = module.api.url
}

output "table_name" {
  description = "The table's name."
  value       = module.table.name
}

output "dashboard" {
  description = "The CloudWatch dashboard's name."
  value       = module.observability.dashboard
}

output "alarm_topic_arn" {
  description = "The topic that alarms are published to."
  value       = module.observability.alarm_topic_arn
}

output "domain_target" {
  description = "What a CNAME record of the domain must point to, where the zone is elsewhere."
  value       = module.api.domain_target
}

output "deletion_protection" {
  description = "Whether the table is protected; `just destroy` looks before it begins."
  value       = var.deletion_protection
}

output "ceilings" {
  description = "The table's read and write units a second, and the budget in dollars a month; null where there is none."
  value = {
    read_units  = module.table.max_read_units
    write_units = module.table.max_write_units
    budget_usd  = module.observability.monthly_budget_usd
  }
}
