variable "name" {
  description = "What the alarms' names begin with; also the dashboard's and the budget's name."
  type        = string
}

variable "api_id" {
  description = "The API's id."
  type        = string
}

variable "functions" {
  description = "By function (admin, publish, poll, compactor, and push if there is one): its name."
  type        = map(object({ name = string }))
}

variable "table_name" {
  description = "The table's name."
  type        = string
}

variable "failed_batches_queue" {
  description = "The name of the queue of batches that could not be folded."
  type        = string
}

variable "alarm_email" {
  description = "Who gets a mail when an alarm changes; null: nobody."
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
  default     = null
}

variable "emulated" {
  description = "True on a local AWS that has no budgets."
  type        = bool
  default     = false
}
