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
  description = "For how many days a replaced version of a state is kept."
  type        = number
  default     = 90
}

variable "emulated" {
  description = "True on a local AWS (moto): leaves out the bucket's policy, whose condition it does not understand. Never true on AWS."
  type        = bool
  default     = false
}
