# All of a deployment. An environment says what is its own, and where its state is (../../environments).

module "table" {
  source = "../table"

  name                = var.name
  deletion_protection = var.deletion_protection
  kms_key_arn         = var.kms_key_arn
  max_read_units      = var.max_read_units
  max_write_units     = var.max_write_units
  emulated            = var.emulated
}

module "functions" {
  source = "../functions"

  name                    = var.name
  packages                = var.packages
  architecture            = var.architecture
  table_name              = module.table.name
  table_arn               = module.table.arn
  stream_arn              = module.table.stream_arn
  kms_key_arn             = var.kms_key_arn
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
  emulated                = var.emulated
}

module "api" {
  source = "../api"

  name               = var.name
  functions          = module.functions.functions
  cors_origins       = var.cors_origins
  throttle_rate      = var.throttle_rate
  throttle_burst     = var.throttle_burst
  log_retention_days = var.log_retention_days
  jwt                = var.jwt
  domain             = var.domain
}

module "observability" {
  source = "../observability"

  name                 = var.name
  api_id               = module.api.id
  functions            = module.functions.functions
  table_name           = module.table.name
  failed_batches_queue = module.functions.failed_batches_queue
  alarm_email          = var.alarm_email
  tolerated_5xx        = var.tolerated_5xx
  fold_lag_seconds     = var.fold_lag_seconds
  monthly_budget_usd   = var.monthly_budget_usd
  emulated             = var.emulated
}
