"""DynamoDB's items and streams in memory, for tables of the ledger's shape: text keys PK and SK.

One call is carried out after the other, so that conditions are atomic. What is not served is refused,
never ignored. README.md beside this folder says what is kept to.
"""
