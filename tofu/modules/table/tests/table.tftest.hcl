mock_provider "aws" {}

variables {
  name                = "ledger"
  deletion_protection = true
}

run "the_table_is_the_one_the_code_expects" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.ledger.hash_key == "PK" && aws_dynamodb_table.ledger.range_key == "SK"
    error_message = "The keys must be PK and SK."
  }

  assert {
    condition     = { for a in aws_dynamodb_table.ledger.attribute : a.name => a.type } == { PK = "S", SK = "S" }
    error_message = "PK and SK are strings, and nothing else is indexed."
  }

  assert {
    condition     = aws_dynamodb_table.ledger.ttl[0].enabled && aws_dynamodb_table.ledger.ttl[0].attribute_name == "ttl"
    error_message = "Rows expire by ttl."
  }

  assert {
    condition     = aws_dynamodb_table.ledger.stream_enabled && aws_dynamodb_table.ledger.stream_view_type == "NEW_IMAGE"
    error_message = "The compactor needs the stream with new images."
  }

  assert {
    condition     = aws_dynamodb_table.ledger.point_in_time_recovery[0].enabled && aws_dynamodb_table.ledger.deletion_protection_enabled
    error_message = "The table must be recoverable and protected."
  }

  assert {
    condition     = aws_dynamodb_table.ledger.billing_mode == "PAY_PER_REQUEST" && length(aws_dynamodb_table.ledger.on_demand_throughput) == 0
    error_message = "On demand, without a ceiling unless one is asked for."
  }

  # A local index would stop DynamoDB from splitting a hot item collection.
  assert {
    condition     = length(aws_dynamodb_table.ledger.local_secondary_index) == 0 && length(aws_dynamodb_table.ledger.global_secondary_index) == 0
    error_message = "No secondary indexes."
  }
}

run "a_ceiling_and_a_customer_key" {
  command = plan

  variables {
    max_write_units = 500
    kms_key_arn     = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  }

  assert {
    condition     = aws_dynamodb_table.ledger.on_demand_throughput[0].max_write_request_units == 500
    error_message = "The ceiling on writes must hold."
  }

  assert {
    condition     = aws_dynamodb_table.ledger.on_demand_throughput[0].max_read_request_units == -1
    error_message = "What has no ceiling has none."
  }

  assert {
    condition     = aws_dynamodb_table.ledger.server_side_encryption[0].kms_key_arn == var.kms_key_arn
    error_message = "The customer's key must be used."
  }
}
