# The functions ask for API keys, in Authorization. With var.jwt the gateway asks for a token as well,
# in a header of its own.

locals {
  needs_no_token = ["GET /health", "HEAD /health", "OPTIONS /{proxy+}"]
  is_public      = { for route in keys(local.all_routes) : route => var.jwt == null || contains(local.needs_no_token, route) }
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
