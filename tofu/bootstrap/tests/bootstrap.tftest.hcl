mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  region = "eu-west-1"
}

run "the_bucket_is_private_versioned_and_encrypted" {
  assert {
    condition     = aws_s3_bucket.state.bucket == "eventledger-state-123456789012-eu-west-1" && !aws_s3_bucket.state.force_destroy
    error_message = "Named after account and region, and never deleted with its content."
  }

  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "A replaced state must be recoverable."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.state.block_public_acls, aws_s3_bucket_public_access_block.state.block_public_policy,
      aws_s3_bucket_public_access_block.state.ignore_public_acls, aws_s3_bucket_public_access_block.state.restrict_public_buckets,
    ])
    error_message = "Nothing is public."
  }

  assert {
    condition     = anytrue([for rule in aws_s3_bucket_server_side_encryption_configuration.state.rule : rule.apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"])
    error_message = "It must be encrypted."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.state.rule[0].noncurrent_version_expiration[0].noncurrent_days == 90
    error_message = "Old versions go after 90 days."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.state.rule[0].noncurrent_version_expiration[0].newer_noncurrent_versions == 10
    error_message = "But not the last ten."
  }
}

run "without_tls_nobody_gets_in" {
  assert {
    condition = anytrue([for statement in data.aws_iam_policy_document.tls_only.statement :
      statement.effect == "Deny" && statement.actions == toset(["s3:*"]) && length(statement.resources) == 2
      && anytrue([for c in statement.condition : c.variable == "aws:SecureTransport" && c.values == tolist(["false"])])
    ])
    error_message = "Calls without TLS must be denied."
  }

  assert {
    condition     = aws_s3_bucket_policy.state.policy == data.aws_iam_policy_document.tls_only.json
    error_message = "The policy must be attached."
  }
}
