"""Stands between the functions and DynamoDB, and lets through what their roles allow.

The signature is checked, then every table and item that the call touches against the role's policy
documents.
"""

import json
import re

from . import capacity, http1
from .iam import Call, PolicyError, allowed
from .signatures import Denied, Signatures

TARGET = "DynamoDB_20120810."
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}
FORWARDED = {
    "authorization", "content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target"}
TRANSACTION_ACTIONS = {
    "Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "Get": "GetItem",
    "ConditionCheck": "ConditionCheckItem"}


def leading_key(body):
    """The partition key's value that a query fixes."""
    expression = body.get("KeyConditionExpression", "")
    values, names = body.get("ExpressionAttributeValues", {}), body.get(
        "ExpressionAttributeNames", {})
    for name, value in re.findall(r"([#\w]+)\s*=\s*(:\w+)", expression):
        if names.get(name, name) == "PK":
            return list(values[value].values())
    return []


def partition_key(item):
    return list(item["PK"].values()) if "PK" in item else []


def touched(operation, body):
    """[(IAM action, table, leading keys)] of a call."""
    if operation in ("TransactWriteItems", "TransactGetItems"):
        parts = [next(iter(entry.items())) for entry in body["TransactItems"]]
        return [
            (TRANSACTION_ACTIONS[kind], part["TableName"],
             partition_key(part.get("Item") or part.get("Key")))
            for kind, part in parts]
    if operation == "BatchWriteItem":
        return [
            (operation, table, partition_key(next(iter(r.values())).get("Item")
                                             or next(iter(r.values()))["Key"]))
            for table, requests in body["RequestItems"].items() for r in requests]
    if operation == "BatchGetItem":
        return [
            (operation, table, partition_key(key))
            for table, wanted in body["RequestItems"].items() for key in wanted["Keys"]]
    if operation == "Query":
        return [(operation, body["TableName"], leading_key(body))]
    item = body.get("Item") or body.get("Key") or {}
    return [(operation, body.get("TableName", "*"), partition_key(item))]


class TableProxy:
    """`find_instance(access key)` gives an instance; `documents` a role's policies by its ARN."""

    def __init__(self, host, port, region, account, find_instance, documents):
        self.upstream = http1.Client(host, port)
        self.region, self.account = region, account
        self.signatures = Signatures(region, "dynamodb", ["x-amz-target"], find_instance)
        self.documents = documents
        self.kill_after_write = {}  # function name: how many of its next writes
        self.calls = {}  # (function, operation): count
        self.units = {}  # function: [read units, write units]

    async def handle(self, request):
        operation = (http1.header(request.headers, "x-amz-target") or "").removeprefix(TARGET)
        try:
            instance = self.signatures.authenticate(request)
            call = json.loads(request.body)
            self.authorise(instance, operation, call)
        except Denied as denied:
            return self.refuse(denied)
        except (PolicyError, ValueError, KeyError, StopIteration) as error:
            return self.refuse(Denied("AccessDeniedException", f"not evaluated: {error!r}"))
        name = instance.pool.function.name
        forwarded = [(n, v) for n, v in request.headers if n.lower() in FORWARDED]
        status, headers, body = await self.upstream.send("POST", "/", forwarded, request.body)
        self.count(name, operation, call, json.loads(body))
        if status == 200 and operation in WRITES and self.kill_after_write.get(name):
            self.kill_after_write[name] -= 1
            instance.kill()
        kept = [(n, v) for n, v in headers if n.lower() in ("content-type", "x-amzn-requestid")]
        return status, kept, body

    def count(self, name, operation, call, answer):
        self.calls[name, operation] = self.calls.get((name, operation), 0) + 1
        sums = self.units.setdefault(name, [0, 0])
        for index, units in enumerate(capacity.units(operation, call, answer)):
            sums[index] += units

    def refuse(self, denied):
        body = {"__type": f"com.amazon.coral.service#{denied.kind}", "message": str(denied)}
        return 400, [("content-type", "application/x-amz-json-1.0")], json.dumps(body).encode()

    def authorise(self, instance, operation, body):
        function = instance.pool.function
        for action, table, keys in touched(operation, body):
            name = table.rsplit("/", 1)[-1]
            arn = f"arn:aws:dynamodb:{self.region}:{self.account}:table/{name}"
            context = {"dynamodb:leadingkeys": keys} if keys else {}
            call = Call(f"dynamodb:{action}", arn, context)
            if not allowed(self.documents[function.role], call):
                raise Denied("AccessDeniedException", (
                    f"{function.name} is not authorized to perform: {call.action} on "
                    f"resource: {arn}, leading keys {keys}"))
