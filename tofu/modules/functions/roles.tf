# One role per function.

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  # Not the resource's own, which is made after the roles.
  push_arn = join(":", [
    "arn", data.aws_partition.current.partition, "lambda", data.aws_region.current.id,
    data.aws_caller_identity.current.account_id, "function", local.push_function
  ])

  # What Lambda needs of a role to put its function into a network.
  network_actions = [
    "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses"
  ]
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "function" {
  for_each = local.functions

  name               = "${var.name}-${each.key}"
  description        = "EventLedger: what ${each.key} may do"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

data "aws_iam_policy_document" "function" {
  # checkov:skip=CKV_AWS_111:X-Ray's actions know no resources, nor do those for a network
  # checkov:skip=CKV_AWS_356:X-Ray's actions know no resources, nor do those for a network
  for_each = local.functions

  dynamic "statement" {
    for_each = local.rows[each.key]

    content {
      sid       = "${statement.key}Rows"
      actions   = [local.actions[statement.key]]
      resources = [var.table_arn]

      condition {
        test     = "ForAllValues:StringLike"
        variable = "dynamodb:LeadingKeys"
        values   = statement.value
      }

      # ForAllValues holds for a call without any key; there shall be none.
      condition {
        test     = "Null"
        variable = "dynamodb:LeadingKeys"
        values   = ["false"]
      }
    }
  }

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.function[each.key].arn}:*"]
  }

  statement {
    sid       = "Trace"
    actions   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "UseTheTablesKey"
      actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["dynamodb.${data.aws_region.current.id}.amazonaws.com"]
      }
    }
  }

  dynamic "statement" {
    for_each = each.key == "compactor" ? [true] : []

    content {
      sid       = "ReadTheStream"
      actions   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
      resources = [var.stream_arn]
    }
  }

  dynamic "statement" {
    for_each = each.key == "compactor" ? [true] : []

    content {
      sid       = "FindTheStream"
      actions   = ["dynamodb:ListStreams"]
      resources = ["${var.table_arn}/stream/*"]
    }
  }

  dynamic "statement" {
    for_each = each.key == "compactor" ? [true] : []

    content {
      sid       = "ReportFailedBatches"
      actions   = ["sqs:SendMessage"]
      resources = [aws_sqs_queue.failed.arn]
    }
  }

  dynamic "statement" {
    for_each = var.webhooks && contains(["compactor", "push"], each.key) ? [true] : []

    content {
      sid       = "RingForWebhooks"
      actions   = ["lambda:InvokeFunction"]
      resources = [local.push_arn]
    }
  }

  dynamic "statement" {
    for_each = each.key == "push" && var.webhook_network != null ? [true] : []

    content {
      sid       = "JoinTheNetwork"
      actions   = local.network_actions
      resources = ["*"]
    }
  }

  # Lambda itself needs those, and not what runs in the function.
  dynamic "statement" {
    for_each = each.key == "push" && var.webhook_network != null ? [true] : []

    content {
      sid       = "LeaveTheNetworkAlone"
      effect    = "Deny"
      actions   = local.network_actions
      resources = ["*"]

      condition {
        test     = "ArnEquals"
        variable = "lambda:SourceFunctionArn"
        values   = [local.push_arn]
      }
    }
  }
}

resource "aws_iam_role_policy" "function" {
  for_each = local.functions

  name   = "ledger"
  role   = aws_iam_role.function[each.key].id
  policy = data.aws_iam_policy_document.function[each.key].json
}
