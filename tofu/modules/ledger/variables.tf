# Without a default: what each environment decides. With one: what it only passes on, where null stands
# for the default.

variable "name" {
  description = "The name of the table and the beginning of all other names."
  type        = string
}

variable "packages" {
  description = "The folder with the functions' zips."
  type        = string
}

variable "architecture" {
  description = "What the packages are built for: x86_64 or arm64."
  type        = string
  default     = "x86_64"
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the table."
  type        = bool
}

variable "kms_key_arn" {
  description = "A customer managed key for the table; null: a key that AWS owns."
  type        = string
  default     = null
}

variable "max_read_units" {
  description = "At most so many read units of the table a second; null: no ceiling."
  type        = number
}

variable "max_write_units" {
  description = "At most so many write units of the table a second; null: no ceiling."
  type        = number
}

variable "memory" {
  description = "Memory in MB by function, where it is not the default: { publish = 1024 }."
  type        = map(number)
  default     = {}
  nullable    = false
}

variable "reserved_concurrency" {
  description = "Reserved concurrency by function: { publish = 50 }; one left out shares the account's."
  type        = map(number)
  default     = {}
  nullable    = false
}

variable "root_key_hash" {
  description = "The hash of the operator's API key, as `eventledger key new` prints it beside the key."
  type        = string
}

variable "requests_per_second" {
  description = "Requests a second that one API key may make of one instance of a function; 0: any number."
  type        = number
  default     = 100
  nullable    = false
}

variable "log_level" {
  description = "What the functions log."
  type        = string
  default     = "info"
  nullable    = false
}

variable "log_retention_days" {
  description = "How many days logs are kept."
  type        = number
}

variable "sweep_rate" {
  description = "How often the sweep does what is due."
  type        = string
  default     = "rate(1 minute)"
  nullable    = false
}

variable "batching_window_seconds" {
  description = "How long new chunks are gathered before they are folded: 0 to 300."
  type        = number
  default     = 1
  nullable    = false
}

variable "parallelization_factor" {
  description = "How many batches of one shard of the stream are folded at once: 1 to 10."
  type        = number
  default     = 1
  nullable    = false
}

variable "webhooks" {
  description = "Whether the ledger sends events to webhooks: a fifth function, push, which needs its package."
  type        = bool
  default     = false
  nullable    = false
}

variable "webhook_network" {
  description = "Subnets and security groups for push alone, with a way to the internet, to DynamoDB and to Lambda; null: Lambda's own network."
  type        = object({ subnet_ids = list(string), security_group_ids = list(string) })
  default     = null
}

variable "cors_origins" {
  description = "Origins of web pages that may call the API."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "throttle_rate" {
  description = "Requests a second above which the answer is 429."
  type        = number
}

variable "throttle_burst" {
  description = "How many requests may come at once."
  type        = number
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
  nullable    = false
}

variable "fold_lag_seconds" {
  description = "How late folds may be, for a quarter of an hour, before it is an alarm."
  type        = number
  default     = 300
  nullable    = false
}

variable "monthly_budget_usd" {
  description = "Dollars a month that the forecast must not exceed; null: no budget."
  type        = number
}

variable "emulated" {
  description = "True on a local AWS (moto): leaves out budgets, the functions' logging and recursion configuration and the table's maximum throughput, which it does not know. Never true on AWS."
  type        = bool
  default     = false
  nullable    = false
}
