mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { id = "eu-west-1" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  name                = "ledger"
  packages            = "../functions/tests/packages"
  root_key_hash       = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  deletion_protection = false
  max_read_units      = 40
  max_write_units     = 20
  log_retention_days  = 7
  throttle_rate       = 10
  throttle_burst      = 20
  monthly_budget_usd  = 5
}

run "ceilings_reach_the_table_and_the_budget" {
  command = plan

  assert {
    condition     = output.ceilings == { read_units = 40, write_units = 20, budget_usd = 5 }
    error_message = "What bounds the cost is said by the environment, and reaches the table and the budget."
  }

  assert {
    condition     = var.requests_per_second == 100
    error_message = "docs/deploy.md says this number, for every environment."
  }
}

run "null_lifts_them" {
  command = plan

  variables {
    max_read_units     = null
    max_write_units    = null
    monthly_budget_usd = null
  }

  assert {
    condition     = output.ceilings == { read_units = null, write_units = null, budget_usd = null }
    error_message = "Nothing but a number is a ceiling."
  }
}

run "null_is_the_default_of_what_an_environment_only_passes_on" {
  command = plan

  variables {
    architecture            = null
    memory                  = null
    reserved_concurrency    = null
    requests_per_second     = null
    log_level               = null
    sweep_rate              = null
    batching_window_seconds = null
    parallelization_factor  = null
    webhooks                = null
    cors_origins            = null
    tolerated_5xx           = null
    fold_lag_seconds        = null
    emulated                = null
  }

  assert {
    condition     = var.requests_per_second == 100 && var.architecture == "x86_64" && var.log_level == "info" && var.sweep_rate == "rate(1 minute)" && !var.webhooks && !var.emulated
    error_message = "An environment has no default of its own for these, and says null."
  }

  assert {
    condition     = length(var.memory) == 0 && length(var.reserved_concurrency) == 0 && length(var.cors_origins) == 0
    error_message = "Maps and lists are empty, not null."
  }

  assert {
    condition     = var.batching_window_seconds == 1 && var.parallelization_factor == 1 && var.tolerated_5xx == 0 && var.fold_lag_seconds == 300
    error_message = "The compactor and the alarms have their numbers."
  }
}
