variable "name" {
  description = "The API's name."
  type        = string
}

variable "functions" {
  description = "By function (admin, publish, poll, compactor): its name and invoke ARN."
  type        = map(object({ name = string, invoke_arn = string }))
}

variable "cors_origins" {
  description = "Origins of web pages that may call the API, such as https://example.com; none by default."
  type        = list(string)
  default     = []
}

variable "throttle_rate" {
  description = "Requests a second, over all callers, above which the answer is 429."
  type        = number
  default     = 1000
}

variable "throttle_burst" {
  description = "How many requests may come at once."
  type        = number
  default     = 2000
}

variable "log_retention_days" {
  description = "How many days access logs are kept."
  type        = number
  default     = 30
}

variable "jwt" {
  description = "Whose tokens are accepted, for every route but GET /health; null: no authorizer."
  type        = object({ issuer = string, audience = list(string) })
  default     = null
}

variable "domain" {
  description = "A domain name, the ARN of its certificate in this region, and its Route 53 zone if there is one."
  type        = object({ name = string, certificate_arn = string, zone_id = optional(string) })
  default     = null
}
