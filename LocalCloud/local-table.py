#!/usr/bin/env python3
"""Makes a table of the ledger's shape in the AWS of the environment: local-table.py NAME.

For local ones; a real one is made by tofu/, with all that it needs.
"""

import sys

import boto3

KEYS = (("PK", "HASH"), ("SK", "RANGE"))


def main():
    boto3.client("dynamodb").create_table(
        TableName=sys.argv[1], BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n, _ in KEYS],
        KeySchema=[{"AttributeName": n, "KeyType": kind} for n, kind in KEYS])


if __name__ == "__main__":
    main()
