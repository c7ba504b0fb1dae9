output "url" {
  description = "Where the API answers; no slash at the end."
  value       = var.domain == null ? aws_apigatewayv2_api.ledger.api_endpoint : "https://${var.domain.name}"
}

output "id" {
  description = "The API's id."
  value       = aws_apigatewayv2_api.ledger.id
}

output "domain_target" {
  description = "What a CNAME record of the domain must point to, where the zone is elsewhere."
  value       = try(aws_apigatewayv2_domain_name.own[0].domain_name_configuration[0].target_domain_name, null)
}
