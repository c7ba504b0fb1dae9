variable "name" {
  description = "The table's name."
  type        = string
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the table."
  type        = bool
}

variable "kms_key_arn" {
  description = "A customer managed key; null: a key that AWS owns."
  type        = string
  default     = null
}

variable "max_read_units" {
  description = "At most so many read units a second; null: no ceiling."
  type        = number
  default     = null
}

variable "max_write_units" {
  description = "At most so many write units a second; null: no ceiling."
  type        = number
  default     = null
}

variable "emulated" {
  description = "True on a local AWS that has no maximum throughput of on-demand tables."
  type        = bool
  default     = false
}
