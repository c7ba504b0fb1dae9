variable "name" {
  description = "What the functions' names begin with."
  type        = string
}

variable "packages" {
  description = "The folder with admin.zip, publish.zip, poll.zip and compactor.zip; with webhooks push.zip too."
  type        = string
}

variable "architecture" {
  description = "What the packages are built for: x86_64 or arm64."
  type        = string
  default     = "x86_64"

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "The architecture is x86_64 or arm64."
  }
}

variable "table_name" {
  description = "The table's name."
  type        = string
}

variable "table_arn" {
  description = "The table's ARN."
  type        = string
}

variable "stream_arn" {
  description = "The ARN of the table's stream."
  type        = string
}

variable "kms_key_arn" {
  description = "The customer managed key of the table, if it has one."
  type        = string
  default     = null
}

variable "memory" {
  description = "Memory in MB by function, where it is not the default."
  type        = map(number)
  default     = {}
}

variable "reserved_concurrency" {
  description = "Reserved concurrency by function; a function left out shares the account's."
  type        = map(number)
  default     = {}
}

variable "root_key_hash" {
  description = "The hash of the operator's API key, as `eventledger key new` prints it beside the key."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{64}$", var.root_key_hash))
    error_message = "The hash is 64 hexadecimal digits, in lower case."
  }
}

variable "requests_per_second" {
  description = "Requests a second that one API key may make of one instance of a function; 0: any number."
  type        = number
  default     = 100

  validation {
    condition     = var.requests_per_second >= 0 && var.requests_per_second <= 1000000 && floor(var.requests_per_second) == var.requests_per_second
    error_message = "Requests a second are a whole number from 0 to 1000000."
  }
}

variable "log_level" {
  description = "What the functions log: trace, debug, info, notice, warning, error or critical."
  type        = string
  default     = "info"

  validation {
    condition     = contains(["trace", "debug", "info", "notice", "warning", "error", "critical"], var.log_level)
    error_message = "The log level is trace, debug, info, notice, warning, error or critical."
  }
}

variable "log_retention_days" {
  description = "How many days logs are kept."
  type        = number
  default     = 30
}

variable "batching_window_seconds" {
  description = "How long records of the stream are gathered before the compactor is called: 0 to 300."
  type        = number
  default     = 1
}

variable "parallelization_factor" {
  description = "How many batches of one shard are handled at once: 1 to 10. Their order does not matter."
  type        = number
  default     = 1
}

variable "sweep_rate" {
  description = "How often the sweep does what is due. A round of all streams takes up to 90 runs, and must be done in far less than 47 hours."
  type        = string
  default     = "rate(1 minute)"
}

variable "webhooks" {
  description = "Whether the ledger sends events to webhooks: a fifth function, push."
  type        = bool
  default     = false
}

variable "webhook_network" {
  description = "Subnets and security groups for push alone, which need a way to the internet, to DynamoDB and to Lambda; null: Lambda's own network."
  type        = object({ subnet_ids = list(string), security_group_ids = list(string) })
  default     = null
}

variable "emulated" {
  description = "True on a local AWS that does not know a function's logging and recursion configuration."
  type        = bool
  default     = false
}
