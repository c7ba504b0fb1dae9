# The policy documents as they are given to the provider. What they allow is tried out by the
# integration tests, whose table refuses what they don't.
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

# With all that there can be.
variables {
  webhooks      = true
  root_key_hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  name          = "ledger"
  packages      = "./tests/packages"
  table_name    = "ledger"
  table_arn     = "arn:aws:dynamodb:eu-west-1:123456789012:table/ledger"
  stream_arn    = "arn:aws:dynamodb:eu-west-1:123456789012:table/ledger/stream/2026-01-01T00:00:00.000"
}

run "no_more_than_is_used" {
  variables {
    webhook_network = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
  }

  assert {
    condition = alltrue(flatten([for document in data.aws_iam_policy_document.function :
      [for statement in document.statement : [for action in statement.actions : !strcontains(action, "*")]]
    ]))
    error_message = "No action is a wildcard."
  }

  assert {
    condition = alltrue(flatten([for document in data.aws_iam_policy_document.function :
      [for statement in document.statement : [for resource in statement.resources : resource != "*" || contains(["Trace", "JoinTheNetwork", "LeaveTheNetworkAlone"], statement.sid)]]
    ]))
    error_message = "Only X-Ray's actions and those for a network, which know no resources, have a wildcard."
  }

  assert {
    condition = alltrue(flatten([for document in data.aws_iam_policy_document.function :
      [for statement in document.statement : [for action in statement.actions : !contains(
        ["dynamodb:Scan", "dynamodb:UpdateItem", "dynamodb:BatchGetItem", "dynamodb:PartiQLSelect", "dynamodb:DeleteTable"], action
      )]]
    ]))
    error_message = "No function scans, or changes rows in place."
  }

  assert {
    condition     = [for key, document in data.aws_iam_policy_document.function : key if contains(flatten([for s in document.statement : tolist(s.actions)]), "dynamodb:BatchWriteItem")] == ["compactor"]
    error_message = "Only the compactor removes rows in batches."
  }

  assert {
    condition     = [for key, document in data.aws_iam_policy_document.function : key if contains(flatten([for s in document.statement : tolist(s.actions)]), "dynamodb:DeleteItem")] == ["admin", "compactor"]
    error_message = "Only admin and the compactor delete."
  }

  assert {
    condition = alltrue(flatten([for document in data.aws_iam_policy_document.function :
      [for statement in document.statement :
        length([for c in statement.condition : c if c.variable == "dynamodb:LeadingKeys" && c.test == "ForAllValues:StringLike"]) == 1
        && length([for c in statement.condition : c if c.variable == "dynamodb:LeadingKeys" && c.test == "Null" && c.values == tolist(["false"])]) == 1
        && statement.resources == toset([var.table_arn])
        if endswith(statement.sid, "Rows")
      ]
    ]))
    error_message = "Every access to rows is held to partition keys, and needs one."
  }

  assert {
    condition = alltrue(flatten([for document in data.aws_iam_policy_document.function :
      [for statement in document.statement : endswith(statement.sid, "Rows")
        if anytrue([for action in statement.actions : startswith(action, "dynamodb:") && !strcontains(action, "Stream") && !strcontains(action, "Records") && !strcontains(action, "Shard")])
      ]
    ]))
    error_message = "There is no access to rows besides."
  }
}

run "who_may_write_and_delete_what" {
  assert {
    condition = jsonencode({
      for key, document in data.aws_iam_policy_document.function : key => sort(flatten([
        for s in document.statement : [for c in s.condition : tolist(c.values) if c.test != "Null"] if s.sid == "PutRows"
      ]))
      }) == jsonencode({
      admin     = ["GC", "KEYS", "LOG#*", "NAME#*", "PUSH", "STREAMS", "SUBS#*"]
      compactor = ["CLOCK", "GC", "LOG#*", "PART#*", "RINGS", "STATE#*", "SWEEP"]
      poll      = ["PARK#*", "POS#*", "SUBS#*"]
      publish   = ["IDEM#*", "LOG#*"]
      push      = ["PARK#*", "POS#*", "PUSH"]
    })
    error_message = "What each function puts changed; is it meant?"
  }

  assert {
    condition = jsonencode({
      for key, document in data.aws_iam_policy_document.function : key => sort(flatten([
        for s in document.statement : [for c in s.condition : tolist(c.values) if c.test != "Null"] if contains(["DeleteRows", "BatchWriteRows"], s.sid)
      ]))
      }) == jsonencode({
      admin     = ["KEYS", "PUSH", "STREAMS", "SUBS#*"]
      compactor = ["GC", "IDEM#*", "LOG#*", "NAME#*", "PARK#*", "PART#*", "POS#*", "PUSH", "RINGS", "STATE#*", "STREAMS", "SUBS#*"]
      poll      = []
      publish   = []
      push      = []
    })
    error_message = "What each function deletes changed; is it meant?"
  }
}

run "who_may_call_push" {
  assert {
    condition = {
      for key, document in data.aws_iam_policy_document.function : key => one([for s in document.statement : s.resources if contains(s.actions, "lambda:InvokeFunction")])
      if anytrue([for s in document.statement : contains(s.actions, "lambda:InvokeFunction")])
      } == {
      compactor = toset(["arn:aws:lambda:eu-west-1:123456789012:function:ledger-push"])
      push      = toset(["arn:aws:lambda:eu-west-1:123456789012:function:ledger-push"])
    }
    error_message = "The compactor and push itself, and nothing else."
  }

  assert {
    condition     = !anytrue(flatten([for document in data.aws_iam_policy_document.function : [for s in document.statement : [for a in s.actions : startswith(a, "ec2:")]]]))
    error_message = "Lambda's own network needs no rights."
  }
}

run "a_network_for_push_alone" {
  variables {
    webhook_network = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
  }

  assert {
    condition     = [for key, document in data.aws_iam_policy_document.function : key if anytrue([for s in document.statement : s.sid == "JoinTheNetwork"])] == ["push"]
    error_message = "Nobody else has anything to do with networks."
  }

  assert {
    condition = one([for s in data.aws_iam_policy_document.function["push"].statement : s.effect == "Deny" && anytrue([
      for c in s.condition : c.variable == "lambda:SourceFunctionArn" && c.values == tolist([local.push_arn])
    ]) if s.sid == "LeaveTheNetworkAlone"])
    error_message = "Lambda may use these rights for the function, and the function may not."
  }
}

run "without_webhooks_nobody_calls_a_function" {
  variables {
    webhooks = false
  }

  assert {
    condition     = keys(data.aws_iam_policy_document.function) == ["admin", "compactor", "poll", "publish"]
    error_message = "Four roles."
  }

  assert {
    condition     = !anytrue(flatten([for document in data.aws_iam_policy_document.function : [for s in document.statement : [for a in s.actions : startswith(a, "lambda:")]]]))
    error_message = "There is no function to call."
  }
}

run "each_function_has_a_role_of_its_own" {
  assert {
    condition     = { for key, role in aws_iam_role.function : key => role.name } == { for key in keys(aws_lambda_function.function) : key => "ledger-${key}" }
    error_message = "One role per function."
  }

  assert {
    condition = alltrue([for statement in data.aws_iam_policy_document.assume.statement :
      alltrue([for p in statement.principals : p.type == "Service" && p.identifiers == toset(["lambda.amazonaws.com"])])
    ])
    error_message = "Only Lambda assumes them."
  }
}

run "a_customer_key_may_be_used_through_dynamodb_only" {
  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  }

  assert {
    condition = alltrue([for document in data.aws_iam_policy_document.function : anytrue([
      for s in document.statement : s.sid == "UseTheTablesKey" && s.resources == toset([var.kms_key_arn]) && anytrue([for c in s.condition : c.variable == "kms:ViaService"])
    ])])
    error_message = "Every function needs the table's key, for the table alone."
  }
}
