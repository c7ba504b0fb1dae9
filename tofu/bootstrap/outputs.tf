output "bucket" {
  description = "The bucket for `tf-init`."
  value       = aws_s3_bucket.state.id
}

output "region" {
  description = "The bucket's region."
  value       = var.region
}
