# The functions ask for API keys, in Authorization. With var.jwt the gateway asks for a token as well,
# in a header of its own.

locals {
  is_public = { for route in keys(local.routes) : route => var.jwt == null || route == "GET /health" }
}

resource "aws_apigatewayv2_authorizer" "jwt" {
  count = var.jwt == null ? 0 : 1

  api_id           = aws_apigatewayv2_api.ledger.id
  name             = "jwt"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.X-Identity-Token"]

  jwt_configuration {
    issuer   = var.jwt.issuer
    audience = var.jwt.audience
  }
}
