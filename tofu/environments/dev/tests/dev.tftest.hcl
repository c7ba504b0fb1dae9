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

run "what_it_can_cost_is_bounded_unless_one_says_otherwise" {
  command = plan

  assert {
    condition     = var.max_read_units == 400 && var.max_write_units == 200 && var.monthly_budget_usd == 50
    error_message = "docs/deploy.md says these numbers, and what they come to."
  }

  assert {
    condition     = output.ceilings == { read_units = 400, write_units = 200, budget_usd = 50 }
    error_message = "They reach the table and the budget."
  }
}

run "null_lifts_them" {
  command = plan

  variables {
    max_read_units     = null
    max_write_units    = null
    monthly_budget_usd = null
  }

  assert {
    condition     = output.ceilings == { read_units = null, write_units = null, budget_usd = null }
    error_message = "Nothing but a number is a ceiling."
  }
}
