# Without var.jwt whoever knows the URL may do everything, which var.open_to_all must allow.

locals {
  is_public = { for route in keys(local.routes) : route => var.jwt == null || route == "GET /health" }
}

resource "aws_apigatewayv2_authorizer" "jwt" {
  count = var.jwt == null ? 0 : 1

  api_id           = aws_apigatewayv2_api.ledger.id
  name             = "jwt"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = var.jwt.issuer
    audience = var.jwt.audience
  }
}
