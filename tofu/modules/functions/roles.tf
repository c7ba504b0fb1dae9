# One role per function.

data "aws_region" "current" {}

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
  # checkov:skip=CKV_AWS_111:X-Ray's actions know no resources
  # checkov:skip=CKV_AWS_356:X-Ray's actions know no resources
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
}

resource "aws_iam_role_policy" "function" {
  for_each = local.functions

  name   = "ledger"
  role   = aws_iam_role.function[each.key].id
  policy = data.aws_iam_policy_document.function[each.key].json
}
