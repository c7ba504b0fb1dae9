variable "region" {
  description = "The region of the state bucket and of the environments."
  type        = string
}

variable "bucket_name" {
  description = "The bucket's name; by default one with the account's number."
  type        = string
  default     = null
}

variable "old_version_days" {
  description = "For how many days a replaced version of a state is kept; the last ten are always."
  type        = number
  default     = 90
}
