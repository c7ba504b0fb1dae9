# The four functions, and push where webhooks are on: one static executable each, the same environment
# for all, but for the name of push.

locals {
  # The timeouts: HTTP APIs give up after 30 s, so admin, publish and poll answer before; a poll
  # waits up to 20 s by itself. The compactor also works through stream batches and sweeps. Push begins
  # nothing in its last minute. While an endpoint is slow its runs overlap, a new one each minute: with
  # more time there would only be more of them at once.
  all_functions = {
    admin     = { memory = 256, timeout = 29 }
    publish   = { memory = 512, timeout = 29 }
    poll      = { memory = 512, timeout = 29 }
    compactor = { memory = 512, timeout = 300 }
    push      = { memory = 256, timeout = 300 }
  }

  functions = { for key, function in local.all_functions : key => function if key != "push" || var.webhooks }

  # Admin takes webhooks only where something sends them, the compactor rings for new events, and push
  # goes on by itself.
  push_function = "${var.name}-push"
  knows_push    = var.webhooks ? ["admin", "compactor", "push"] : []
}

resource "aws_cloudwatch_log_group" "function" {
  # checkov:skip=CKV_AWS_158:logs hold neither payloads nor secrets; CloudWatch encrypts them with its own key
  # checkov:skip=CKV_AWS_338:how long they are kept is a variable, and money
  for_each = local.functions

  name              = "/aws/lambda/${var.name}-${each.key}"
  retention_in_days = var.log_retention_days
}

resource "aws_lambda_function" "function" {
  # checkov:skip=CKV_AWS_115:var.reserved_concurrency; a new account has too little to reserve any
  # checkov:skip=CKV_AWS_116:a lost invocation loses nothing: batches have a queue, sweeps and looks for webhooks come again
  # checkov:skip=CKV_AWS_117:they reach AWS's public endpoints only; a VPC would add NAT gateways and nothing else; var.webhook_network for push
  # checkov:skip=CKV_AWS_173:the environment holds a table's name, a log level and the hash of 256 random bits
  # checkov:skip=CKV_AWS_272:code signing needs a signing profile that the account's owner would run
  for_each = local.functions

  function_name                  = "${var.name}-${each.key}"
  description                    = "EventLedger: ${each.key}"
  role                           = aws_iam_role.function[each.key].arn
  runtime                        = "provided.al2023"
  handler                        = "bootstrap"
  architectures                  = [var.architecture]
  filename                       = "${var.packages}/${each.key}.zip"
  source_code_hash               = filebase64sha256("${var.packages}/${each.key}.zip")
  memory_size                    = lookup(var.memory, each.key, each.value.memory)
  timeout                        = each.value.timeout
  reserved_concurrent_executions = lookup(var.reserved_concurrency, each.key, -1)

  environment {
    variables = merge(
      {
        EVENTLEDGER_TABLE               = var.table_name
        EVENTLEDGER_LOG_LEVEL           = var.log_level
        EVENTLEDGER_ROOT_KEY_HASH       = var.root_key_hash
        EVENTLEDGER_REQUESTS_PER_SECOND = tostring(var.requests_per_second)
      },
      contains(local.knows_push, each.key) ? { EVENTLEDGER_PUSH_FUNCTION = local.push_function } : {}
    )
  }

  # Push sends events to addresses that users choose. Of these, admin sends but the challenge to each.
  dynamic "vpc_config" {
    for_each = each.key == "push" && var.webhook_network != null ? [var.webhook_network] : []

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  tracing_config {
    mode = "Active"
  }

  # The platform's own lines as JSON, like the functions' lines. EVENTLEDGER_LOG_LEVEL alone decides
  # which of those there are, so Lambda's filter lets all of them pass.
  dynamic "logging_config" {
    for_each = var.emulated ? [] : [true]

    content {
      log_format            = "JSON"
      log_group             = aws_cloudwatch_log_group.function[each.key].name
      application_log_level = "TRACE"
      system_log_level      = "INFO"
    }
  }

  depends_on = [aws_cloudwatch_log_group.function, aws_iam_role_policy.function]
}
