mock_provider "aws" {
  mock_resource "aws_apigatewayv2_api" {
    defaults = {
      id            = "api1"
      execution_arn = "arn:aws:execute-api:eu-west-1:123456789012:api1"
      api_endpoint  = "https://api1.execute-api.eu-west-1.amazonaws.com"
    }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:access" }
  }
}

variables {
  name = "ledger"
  functions = {
    for key in ["admin", "publish", "poll", "compactor"] : key => {
      name       = "ledger-${key}"
      invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:ledger-${key}/invocations"
    }
  }
}

run "every_route_reaches_its_function" {
  assert {
    condition     = keys(aws_apigatewayv2_route.route) == keys(local.all_routes)
    error_message = "Every route of routes.tf is deployed."
  }

  assert {
    condition     = alltrue([for key, route in aws_apigatewayv2_route.route : route.target == "integrations/${aws_apigatewayv2_integration.function[local.all_routes[key]].id}"])
    error_message = "Every route leads to its function's integration."
  }

  assert {
    condition     = alltrue([for key, integration in aws_apigatewayv2_integration.function : integration.integration_uri == var.functions[key].invoke_arn && integration.payload_format_version == "2.0"])
    error_message = "Every integration calls its function with events of version 2.0."
  }

  assert {
    condition     = alltrue([for key, function in local.routes : lookup(local.all_routes, replace(key, "GET /", "HEAD /"), "") == function if startswith(key, "GET ")]) && length(local.head_routes) == length([for key in keys(local.routes) : key if startswith(key, "GET ")])
    error_message = "HEAD goes where GET does."
  }

  assert {
    condition     = local.all_routes["$default"] == "admin" && length(local.all_routes) == length(local.routes) + length(local.head_routes) + 1
    error_message = "What no route takes is answered by admin, and nothing else is added."
  }
}

run "every_route_may_call_its_function_and_no_other" {
  assert {
    condition     = { for key, permission in aws_lambda_permission.route : key => permission.function_name } == { for key, function in local.all_routes : key => "ledger-${function}" }
    error_message = "A permission for each route."
  }

  assert {
    condition     = aws_lambda_permission.route["GET /streams/{stream}/compacted/{key+}"].source_arn == "arn:aws:execute-api:eu-west-1:123456789012:api1/*/GET/streams/*/compacted/*"
    error_message = "The permission names stage, method and path; parameters are wildcards."
  }

  assert {
    condition     = aws_lambda_permission.route["$default"].source_arn == "arn:aws:execute-api:eu-west-1:123456789012:api1/*/$default"
    error_message = "What no route takes has a permission of its own."
  }

  assert {
    condition     = aws_lambda_permission.route["GET /health"].source_arn == "arn:aws:execute-api:eu-west-1:123456789012:api1/*/GET/health"
    error_message = "A path without parameters has no wildcard."
  }

  assert {
    condition     = length(distinct([for permission in aws_lambda_permission.route : permission.statement_id])) == length(local.all_routes)
    error_message = "Statement ids must differ."
  }
}

run "access_logs_hold_no_names_and_no_cursors" {
  assert {
    condition = alltrue([for word in ["$context.path", "queryString", "Authorization", "$context.protocol"] :
      !strcontains(aws_apigatewayv2_stage.default.access_log_settings[0].format, word)
    ])
    error_message = "Paths hold names, and a poll's query holds a cursor."
  }

  assert {
    condition     = can(jsondecode(aws_apigatewayv2_stage.default.access_log_settings[0].format).requestId)
    error_message = "A line is JSON."
  }

  assert {
    condition     = aws_apigatewayv2_stage.default.default_route_settings[0].throttling_rate_limit == 1000 && aws_apigatewayv2_stage.default.default_route_settings[0].throttling_burst_limit == 2000
    error_message = "Requests are throttled."
  }
}

run "no_page_of_another_origin_may_call" {
  assert {
    condition     = length(aws_apigatewayv2_api.ledger.cors_configuration) == 0
    error_message = "By default there is no CORS."
  }
}

run "with_tokens_every_route_but_health_wants_one" {
  variables {
    jwt = { issuer = "https://login.example.com", audience = ["ledger"] }
  }

  assert {
    condition     = [for key, route in aws_apigatewayv2_route.route : key if route.authorization_type != "JWT"] == ["GET /health", "HEAD /health"]
    error_message = "Only /health is for everybody."
  }

  assert {
    condition     = alltrue([for key, route in aws_apigatewayv2_route.route : route.authorizer_id == aws_apigatewayv2_authorizer.jwt[0].id if !endswith(key, " /health")])
    error_message = "The authorizer decides."
  }
}

run "a_page_of_another_origin_only_when_named" {
  variables {
    cors_origins = ["https://console.example.com"]
  }

  assert {
    condition     = aws_apigatewayv2_api.ledger.cors_configuration[0].allow_origins == toset(["https://console.example.com"])
    error_message = "The named origin may call."
  }
}

# The default route takes preflights too, and a browser sends no token with them.
run "preflights_need_no_token" {
  variables {
    cors_origins = ["https://console.example.com"]
    jwt          = { issuer = "https://login.example.com", audience = ["ledger"] }
  }

  assert {
    condition     = aws_apigatewayv2_route.route["OPTIONS /{proxy+}"].authorization_type == "NONE" && aws_apigatewayv2_route.route["$default"].authorization_type == "JWT"
    error_message = "Preflights alone get past the authorizer."
  }

  assert {
    condition     = aws_lambda_permission.route["OPTIONS /{proxy+}"].source_arn == "arn:aws:execute-api:eu-west-1:123456789012:api1/*/OPTIONS/*"
    error_message = "They may reach the function."
  }
}

run "a_domain_replaces_the_generated_name" {
  variables {
    domain = {
      name            = "events.example.com"
      certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
      zone_id         = "Z1"
    }
  }

  override_resource {
    target = aws_apigatewayv2_domain_name.own
    values = {
      id = "events.example.com"
      domain_name_configuration = {
        target_domain_name = "d-1.execute-api.eu-west-1.amazonaws.com"
        hosted_zone_id     = "Z2"
      }
    }
  }

  assert {
    condition     = output.url == "https://events.example.com" && aws_apigatewayv2_api.ledger.disable_execute_api_endpoint
    error_message = "The API is reached by its own name alone."
  }

  assert {
    condition     = keys(aws_route53_record.own) == ["A", "AAAA"]
    error_message = "Both kinds of addresses."
  }
}
