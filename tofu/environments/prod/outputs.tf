# What each is: ../../modules/ledger/outputs.tf.

output "api_url" { value = module.ledger.api_url }
output "table_name" { value = module.ledger.table_name }
output "dashboard" { value = module.ledger.dashboard }
output "alarm_topic_arn" { value = module.ledger.alarm_topic_arn }
output "domain_target" { value = module.ledger.domain_target }
output "deletion_protection" { value = module.ledger.deletion_protection }
output "ceilings" { value = module.ledger.ceilings }

output "region" {
  description = "The region; the recipes keep to it."
  value       = var.region
}
