# What each means and what it may be: ../../modules/ledger/variables.tf.

# This environment's own.

variable "region" {
  description = "The region."
  type        = string
}

variable "name" {
  type    = string
  default = "eventledger-prod"
}

variable "packages" {
  description = "The folder with the functions' zips; null: where `just build-lambda` puts them."
  type        = string
  default     = null
}

variable "deletion_protection" {
  type    = bool
  default = true
}

variable "max_read_units" {
  type    = number
  default = 4000
}

variable "max_write_units" {
  type    = number
  default = 2000
}

variable "log_retention_days" {
  type    = number
  default = 90
}

variable "throttle_rate" {
  type    = number
  default = 1000
}

variable "throttle_burst" {
  type    = number
  default = 2000
}

variable "monthly_budget_usd" {
  type    = number
  default = 500
}

# Passed on; null: the module's default. A type where the command line's text must become a map, a list
# or an object; the module holds the others to theirs.

variable "root_key_hash" {
  description = "The hash of the operator's API key, as `eventledger key new` prints it beside the key."
  type        = string
}

variable "memory" {
  type    = map(number)
  default = null
}

variable "reserved_concurrency" {
  type    = map(number)
  default = null
}

variable "cors_origins" {
  type    = list(string)
  default = null
}

variable "jwt" {
  type    = object({ issuer = string, audience = list(string) })
  default = null
}

variable "domain" {
  type    = object({ name = string, certificate_arn = string, zone_id = optional(string) })
  default = null
}

variable "webhook_network" {
  type    = object({ subnet_ids = list(string), security_group_ids = list(string) })
  default = null
}

variable "architecture" { default = null }
variable "kms_key_arn" { default = null }
variable "requests_per_second" { default = null }
variable "log_level" { default = null }
variable "sweep_rate" { default = null }
variable "batching_window_seconds" { default = null }
variable "parallelization_factor" { default = null }
variable "webhooks" { default = null }
variable "alarm_email" { default = null }
variable "tolerated_5xx" { default = null }
variable "fold_lag_seconds" { default = null }
variable "emulated" { default = null }
