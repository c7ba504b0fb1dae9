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

run "for_trying_things_out" {
  command = plan

  assert {
    condition     = !output.deletion_protection && output.table_name == "eventledger-dev"
    error_message = "It can be destroyed at once."
  }

  assert {
    condition     = output.region == "eu-west-1"
    error_message = "The recipes read the region from here."
  }
}
