mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { id = "eu-west-1" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/ledger" }
  }

  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-west-1:123456789012:function:ledger" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-west-1:123456789012:ledger-failed-batches" }
  }

  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:eu-west-1:123456789012:rule/ledger-sweep" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:ledger" }
  }
}

variables {
  name          = "ledger"
  root_key_hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  packages      = "./tests/packages"
  table_name    = "ledger"
  table_arn     = "arn:aws:dynamodb:eu-west-1:123456789012:table/ledger"
  stream_arn    = "arn:aws:dynamodb:eu-west-1:123456789012:table/ledger/stream/2026-01-01T00:00:00.000"
}

run "four_functions_with_the_same_environment" {
  assert {
    condition     = keys(aws_lambda_function.function) == ["admin", "compactor", "poll", "publish"]
    error_message = "admin, compactor, poll, publish."
  }

  assert {
    condition = alltrue([for function in aws_lambda_function.function :
      function.environment[0].variables == tomap({ EVENTLEDGER_TABLE = "ledger", EVENTLEDGER_LOG_LEVEL = "info", EVENTLEDGER_ROOT_KEY_HASH = var.root_key_hash, EVENTLEDGER_REQUESTS_PER_SECOND = "100" })
    ])
    error_message = "The environment is what Shared/LambdaHost/LambdaEnvironment.swift reads."
  }

  assert {
    condition = alltrue([for function in aws_lambda_function.function :
      function.runtime == "provided.al2023" && tolist(function.architectures) == tolist(["x86_64"]) && function.tracing_config[0].mode == "Active"
    ])
    error_message = "Own executables for x86_64, traced."
  }

  assert {
    condition = alltrue([for key, function in aws_lambda_function.function :
      function.timeout < 30 if key != "compactor"
    ])
    error_message = "The gateway gives up after 30 seconds; a function answers before."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.reserved_concurrent_executions == -1])
    error_message = "Nothing is reserved unless it is asked for."
  }

  assert {
    condition = alltrue([for key, function in aws_lambda_function.function :
      function.logging_config[0].log_format == "JSON" && function.logging_config[0].log_group == aws_cloudwatch_log_group.function[key].name
    ])
    error_message = "Each logs JSON to its own group."
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.function : group.retention_in_days == var.log_retention_days])
    error_message = "Logs are not kept for ever."
  }
}

run "a_fifth_with_webhooks" {
  variables {
    webhooks = true
  }

  assert {
    condition     = keys(aws_lambda_function.function) == ["admin", "compactor", "poll", "publish", "push"]
    error_message = "Push, and the four as they are."
  }

  assert {
    condition     = [for key, function in aws_lambda_function.function : key if lookup(function.environment[0].variables, "EVENTLEDGER_PUSH_FUNCTION", "") == "ledger-push"] == ["admin", "compactor", "push"]
    error_message = "Admin takes webhooks, the compactor rings, push goes on by itself; the others know nothing of it."
  }

  assert {
    condition     = aws_cloudwatch_event_rule.push[0].schedule_expression == "rate(1 minute)" && aws_cloudwatch_event_target.push[0].arn == aws_lambda_function.function["push"].arn && aws_lambda_permission.push[0].source_arn == aws_cloudwatch_event_rule.push[0].arn
    error_message = "It looks at all webhooks each minute."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.push[0].maximum_retry_attempts == 0 && aws_lambda_function_event_invoke_config.push[0].maximum_event_age_in_seconds == 60
    error_message = "What fails, or waits for a minute, is the next look's."
  }

  assert {
    condition     = aws_lambda_function_recursion_config.push[0].recursive_loop == "Allow"
    error_message = "It calls itself on purpose."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : length(function.vpc_config) == 0])
    error_message = "A network is optional."
  }

  # LambdaHost's push begins nothing in its last minute.
  assert {
    condition     = aws_lambda_function.function["push"].timeout >= 120
    error_message = "There must be time to work in."
  }
}

run "a_network_of_its_own" {
  variables {
    webhooks        = true
    webhook_network = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-1"] }
    emulated        = true
  }

  assert {
    condition     = [for key, function in aws_lambda_function.function : key if length(function.vpc_config) > 0] == ["push"]
    error_message = "Only push is put into a network."
  }

  assert {
    condition     = aws_lambda_function.function["push"].vpc_config[0].subnet_ids == toset(["subnet-1", "subnet-2"]) && aws_lambda_function.function["push"].vpc_config[0].security_group_ids == toset(["sg-1"])
    error_message = "The one that was named."
  }

  assert {
    condition     = length(aws_lambda_function_recursion_config.push) == 0
    error_message = "An emulator has no recursion configuration."
  }
}

run "what_can_be_chosen" {
  variables {
    architecture         = "arm64"
    reserved_concurrency = { publish = 50 }
    memory               = { poll = 1769 }
    emulated             = true
  }

  assert {
    condition     = tolist(aws_lambda_function.function["poll"].architectures) == tolist(["arm64"])
    error_message = "The architecture is a variable."
  }

  assert {
    condition     = aws_lambda_function.function["publish"].reserved_concurrent_executions == 50 && aws_lambda_function.function["poll"].reserved_concurrent_executions == -1
    error_message = "Concurrency is reserved for the functions named."
  }

  assert {
    condition     = aws_lambda_function.function["poll"].memory_size == 1769
    error_message = "Memory is a variable."
  }

  assert {
    condition     = length(aws_lambda_function.function["poll"].logging_config) == 0
    error_message = "An emulator has no logging configuration."
  }
}

run "no_other_architecture" {
  command = plan

  variables {
    architecture = "riscv64"
  }

  expect_failures = [var.architecture]
}

run "the_stream_rings_for_new_chunks_only" {
  assert {
    condition = [for f in aws_lambda_event_source_mapping.stream.filter_criteria[0].filter : jsondecode(f.pattern)] == [{
      dynamodb = {
        Keys     = { PK = { S = [{ prefix = "LOG#" }] } }
        NewImage = { b = { B = [{ exists = true }] } }
      }
    }]
    error_message = "Seals, removals and all rows outside the log must not call the compactor."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.stream.starting_position == "TRIM_HORIZON"
    error_message = "LATEST misses what is written while the mapping starts."
  }

  assert {
    condition     = tolist(aws_lambda_event_source_mapping.stream.function_response_types) == tolist(["ReportBatchItemFailures"]) && aws_lambda_event_source_mapping.stream.bisect_batch_on_function_error
    error_message = "Only what failed comes again."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.stream.maximum_retry_attempts >= 0 && aws_lambda_event_source_mapping.stream.maximum_record_age_in_seconds > 0
    error_message = "Without bounds a bad record blocks its shard for ever."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.stream.destination_config[0].on_failure[0].destination_arn == aws_sqs_queue.failed.arn && aws_sqs_queue.failed.sqs_managed_sse_enabled
    error_message = "What failed for good goes to the encrypted queue."
  }
}

run "the_sweep_comes_on_schedule" {
  assert {
    condition     = aws_cloudwatch_event_rule.sweep.schedule_expression == "rate(1 minute)"
    error_message = "Every five minutes."
  }

  assert {
    condition     = aws_cloudwatch_event_target.sweep.arn == aws_lambda_function.function["compactor"].arn
    error_message = "The sweep is the compactor's."
  }

  assert {
    condition     = aws_lambda_permission.sweep.principal == "events.amazonaws.com" && aws_lambda_permission.sweep.source_arn == aws_cloudwatch_event_rule.sweep.arn
    error_message = "That rule, and no other, may call it."
  }
}

run "a_limit_of_requests_is_a_whole_number" {
  command = plan

  variables {
    requests_per_second = 2.5
  }

  expect_failures = [var.requests_per_second]
}
