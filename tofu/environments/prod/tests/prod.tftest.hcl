mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { id = "eu-west-1" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  region        = "eu-west-1"
  root_key_hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  packages      = "../../modules/functions/tests/packages"
}

run "protected" {
  command = plan

  assert {
    condition     = output.deletion_protection && output.table_name == "eventledger-prod"
    error_message = "The table cannot be deleted by accident."
  }
}
