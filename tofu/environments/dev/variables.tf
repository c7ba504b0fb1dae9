variable "region" {
  description = "The region."
  type        = string
}

variable "name" {
  description = "The name of the table and the beginning of all other names."
  type        = string
  default     = "eventledger-dev"
}

variable "packages" {
  description = "The folder with the functions' zips; by default where `just build-lambda` puts them."
  type        = string
  default     = null
}

variable "architecture" {
  description = "What the packages are built for: x86_64 or arm64."
  type        = string
  default     = "x86_64"
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the table."
  type        = bool
  default     = false
}

variable "kms_key_arn" {
  description = "A customer managed key for the table; null: a key that AWS owns."
  type        = string
  default     = null
}

variable "max_read_units" {
  description = "At most so many read units of the table a second; null: no ceiling."
  type        = number
  default     = 400
}

variable "max_write_units" {
  description = "At most so many write units of the table a second; null: no ceiling."
  type        = number
  default     = 200
}

variable "memory" {
  description = "Memory in MB by function, where it is not the default: { publish = 1024 }."
  type        = map(number)
  default     = {}
}

variable "reserved_concurrency" {
  description = "Reserved concurrency by function: { publish = 50 }; one left out shares the account's."
  type        = map(number)
  default     = {}
}

variable "root_key_hash" {
  description = "The hash of the operator's API key, as `eventledger key new` prints it beside the key."
  type        = string
}

variable "requests_per_second" {
  description = "Requests a second that one API key may make of one instance of a function; 0: any number."
  type        = number
  default     = 100
}

variable "log_level" {
  description = "What the functions log."
  type        = string
  default     = "info"
}

variable "log_retention_days" {
  description = "How many days logs are kept."
  type        = number
  default     = 14
}

variable "sweep_rate" {
  description = "How often the sweep does what is due."
  type        = string
  default     = "rate(1 minute)"
}

variable "batching_window_seconds" {
  description = "How long new chunks are gathered before they are folded: 0 to 300."
  type        = number
  default     = 1
}

variable "parallelization_factor" {
  description = "How many batches of one shard of the stream are folded at once: 1 to 10."
  type        = number
  default     = 1
}

variable "cors_origins" {
  description = "Origins of web pages that may call the API."
  type        = list(string)
  default     = []
}

variable "throttle_rate" {
  description = "Requests a second above which the answer is 429."
  type        = number
  default     = 100
}

variable "throttle_burst" {
  description = "How many requests may come at once."
  type        = number
  default     = 200
}

variable "jwt" {
  description = "Whose tokens calls need in X-Identity-Token, besides an API key; null: none."
  type        = object({ issuer = string, audience = list(string) })
  default     = null
}

variable "domain" {
  description = "A domain name, its certificate's ARN, and its Route 53 zone if there is one."
  type        = object({ name = string, certificate_arn = string, zone_id = optional(string) })
  default     = null
}

variable "alarm_email" {
  description = "Who gets a mail when an alarm changes."
  type        = string
  default     = null
}

variable "tolerated_5xx" {
  description = "How many 5xx answers in five minutes are no alarm."
  type        = number
  default     = 0
}

variable "fold_lag_seconds" {
  description = "How late folds may be, for a quarter of an hour, before it is an alarm."
  type        = number
  default     = 300
}

variable "monthly_budget_usd" {
  description = "Dollars a month that the forecast must not exceed; null: no budget."
  type        = number
  default     = 50
}

variable "emulated" {
  description = "True on a local AWS (moto): leaves out budgets, the functions' logging configuration and the table's maximum throughput, which it does not know. Never true on AWS."
  type        = bool
  default     = false
}
