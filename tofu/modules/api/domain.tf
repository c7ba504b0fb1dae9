# A name of one's own: a certificate of the same region, and a record if the zone is here too.

resource "aws_apigatewayv2_domain_name" "own" {
  count = var.domain == null ? 0 : 1

  domain_name = var.domain.name

  domain_name_configuration {
    certificate_arn = var.domain.certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }
}

resource "aws_apigatewayv2_api_mapping" "own" {
  count = var.domain == null ? 0 : 1

  api_id      = aws_apigatewayv2_api.ledger.id
  domain_name = aws_apigatewayv2_domain_name.own[0].id
  stage       = aws_apigatewayv2_stage.default.id
}

resource "aws_route53_record" "own" {
  for_each = try(var.domain.zone_id, null) == null ? toset([]) : toset(["A", "AAAA"])

  zone_id = var.domain.zone_id
  name    = var.domain.name
  type    = each.key

  alias {
    name                   = aws_apigatewayv2_domain_name.own[0].domain_name_configuration[0].target_domain_name
    zone_id                = aws_apigatewayv2_domain_name.own[0].domain_name_configuration[0].hosted_zone_id
    evaluate_target_health = false
  }
}
