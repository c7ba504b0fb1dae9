# The one table: every row's key is described in Shared/LedgerCore/Table/TableKey.swift.

resource "aws_dynamodb_table" "ledger" {
  # checkov:skip=CKV_AWS_119:encrypted with AWS's own key by default; var.kms_key_arn takes a customer key
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "PK"
  range_key                   = "SK"
  deletion_protection_enabled = var.deletion_protection

  # The compactor's doorbell.
  stream_enabled   = true
  stream_view_type = "NEW_IMAGE"

  attribute {
    name = "PK"
    type = "S"
  }

  attribute {
    name = "SK"
    type = "S"
  }

  ttl {
    attribute_name = "ttl"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  # Without the block the table is encrypted with a key that AWS owns, which costs nothing.
  dynamic "server_side_encryption" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }

  # A ceiling on what a runaway client can cost.
  dynamic "on_demand_throughput" {
    for_each = local.has_ceiling && !var.emulated ? [true] : []

    content {
      max_read_request_units  = coalesce(var.max_read_units, -1)
      max_write_request_units = coalesce(var.max_write_units, -1)
    }
  }
}

locals {
  has_ceiling = var.max_read_units != null || var.max_write_units != null
}
