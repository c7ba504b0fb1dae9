# The HTTP API. The functions know nothing of it beyond the events it sends.

resource "aws_apigatewayv2_api" "ledger" {
  name          = var.name
  description   = "EventLedger"
  protocol_type = "HTTP"

  # With a domain of its own, the API is reached by that name alone.
  disable_execute_api_endpoint = var.domain != null

  dynamic "cors_configuration" {
    for_each = length(var.cors_origins) == 0 ? [] : [var.cors_origins]

    content {
      allow_origins  = cors_configuration.value
      allow_methods  = ["DELETE", "GET", "PATCH", "POST"]
      allow_headers  = ["authorization", "content-encoding", "content-type", "idempotency-key", "x-identity-token"]
      expose_headers = ["retry-after"]
      max_age        = 3600
    }
  }
}

resource "aws_apigatewayv2_integration" "function" {
  for_each = toset(values(local.routes))

  api_id                 = aws_apigatewayv2_api.ledger.id
  integration_type       = "AWS_PROXY"
  integration_uri        = var.functions[each.key].invoke_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = 30000
}

resource "aws_apigatewayv2_route" "route" {
  # checkov:skip=CKV_AWS_309:the functions ask for API keys; var.jwt adds the gateway's own check
  for_each = local.all_routes

  api_id             = aws_apigatewayv2_api.ledger.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.function[each.value].id}"
  authorization_type = local.is_public[each.key] ? "NONE" : "JWT"
  authorizer_id      = local.is_public[each.key] ? null : aws_apigatewayv2_authorizer.jwt[0].id
}

# API Gateway may call a function for its own routes only; admin for what is no route, too.
resource "aws_lambda_permission" "route" {
  for_each = local.all_routes

  statement_id  = "route-${substr(sha256(each.key), 0, 16)}"
  action        = "lambda:InvokeFunction"
  function_name = var.functions[each.value].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.ledger.execution_arn}/*/${replace(replace(each.key, " /", "/"), "/{[^}]*}/", "*")}"
}

resource "aws_apigatewayv2_stage" "default" {
  api_id      = aws_apigatewayv2_api.ledger.id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    # Metrics of each route are billed one by one; the access log has them too.
    detailed_metrics_enabled = false
    throttling_rate_limit    = var.throttle_rate
    throttling_burst_limit   = var.throttle_burst
  }

  # The route, not the path with its names, and no query: a poll's query holds a cursor.
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format = jsonencode({
      time             = "$context.requestTimeEpoch"
      requestId        = "$context.requestId"
      ip               = "$context.identity.sourceIp"
      route            = "$context.routeKey"
      status           = "$context.status"
      responseLength   = "$context.responseLength"
      latency          = "$context.responseLatency"
      functionLatency  = "$context.integrationLatency"
      functionStatus   = "$context.integrationStatus"
      integrationError = "$context.integrationErrorMessage"
      authorizerError  = "$context.authorizer.error"
    })
  }
}

resource "aws_cloudwatch_log_group" "access" {
  # checkov:skip=CKV_AWS_158:no payload, name or cursor is logged; CloudWatch encrypts with its own key
  # checkov:skip=CKV_AWS_338:how long they are kept is a variable, and money
  # For groups with this prefix AWS keeps one policy, instead of one that grows until it is full.
  name              = "/aws/vendedlogs/apigateway/${var.name}"
  retention_in_days = var.log_retention_days
}
