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
  region   = "eu-west-1"
  packages = "../../modules/functions/tests/packages"
}

run "protected_and_with_tokens" {
  command = plan

  variables {
    jwt = { issuer = "https://login.example.com", audience = ["ledger"] }
  }

  assert {
    condition     = output.deletion_protection && output.table_name == "eventledger-prod"
    error_message = "The table cannot be deleted by accident."
  }

  # Without jwt the module api then refuses: see its tests.
  assert {
    condition     = !var.open_to_all
    error_message = "Callers must say who they are."
  }
}
