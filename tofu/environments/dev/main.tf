# For trying things out: everything of production, but `just destroy dev` works at once.
module "ledger" {
  source = "../../modules/ledger"

  name                    = var.name
  packages                = coalesce(var.packages, "${path.module}/../../../.build/lambda")
  architecture            = var.architecture
  deletion_protection     = var.deletion_protection
  kms_key_arn             = var.kms_key_arn
  max_read_units          = var.max_read_units
  max_write_units         = var.max_write_units
  memory                  = var.memory
  reserved_concurrency    = var.reserved_concurrency
  root_key_hash           = var.root_key_hash
  requests_per_second     = var.requests_per_second
  log_level               = var.log_level
  log_retention_days      = var.log_retention_days
  sweep_rate              = var.sweep_rate
  batching_window_seconds = var.batching_window_seconds
  parallelization_factor  = var.parallelization_factor
  webhooks                = var.webhooks
  webhook_network         = var.webhook_network
  cors_origins            = var.cors_origins
  throttle_rate           = var.throttle_rate
  throttle_burst          = var.throttle_burst
  jwt                     = var.jwt
  domain                  = var.domain
  alarm_email             = var.alarm_email
  tolerated_5xx           = var.tolerated_5xx
  fold_lag_seconds        = var.fold_lag_seconds
  monthly_budget_usd      = var.monthly_budget_usd
  emulated                = var.emulated
}
