"""Stands between the functions and DynamoDB, and lets through what their roles allow.

An instance signs with credentials of its own, so a call is known to be its function's. The signature
is checked, then every table and item that the call touches against the role's policy documents.
"""

import hashlib
import hmac
import json
import re
import time
from datetime import datetime, timezone

from . import capacity, http1
from .iam import Call, PolicyError, allowed

TARGET = "DynamoDB_20120810."
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}
CREDENTIAL = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?"
    r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$")
FORWARDED = {
    "authorization", "content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target"}
CLOCK_SKEW = 300  # seconds a signature is good for
TRANSACTION_ACTIONS = {
    "Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "Get": "GetItem",
    "ConditionCheck": "ConditionCheckItem"}


class Denied(Exception):
    def __init__(self, kind, text):
        super().__init__(text)
        self.kind = kind


def signing_key(secret, *scope):
    key = ("AWS4" + secret).encode()
    for part in (*scope, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def signature(secret, request, day, region, service, signed):
    """Signature version 4 of a request to the root path."""
    sent = {name.lower(): " ".join(value.split()) for name, value in request.headers}
    canonical = "\n".join([
        request.method, "/", "", *(f"{name}:{sent.get(name, '')}" for name in signed), "",
        ";".join(signed), hashlib.sha256(request.body).hexdigest()])
    scope = f"{day}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", sent.get("x-amz-date", ""), scope, digest])
    return hmac.new(signing_key(secret, day, region, service), text.encode(), hashlib.sha256)


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
        self.find_instance, self.documents = find_instance, documents
        self.kill_after_write = {}  # function name: how many of its next writes
        self.calls = {}  # (function, operation): count
        self.units = {}  # function: [read units, write units]

    async def handle(self, request):
        operation = (http1.header(request.headers, "x-amz-target") or "").removeprefix(TARGET)
        try:
            instance = self.authenticate(request)
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

    def authenticate(self, request):
        """The instance that signed the request."""
        match = CREDENTIAL.match(http1.header(request.headers, "authorization") or "")
        if match is None:
            raise Denied("MissingAuthenticationTokenException", "no usable Authorization header")
        access_key, day, region, service, signed, given = match.groups()
        instance = self.find_instance(access_key)
        if instance is None:
            raise Denied("UnrecognizedClientException", "unknown access key")
        if http1.header(request.headers, "x-amz-security-token") != instance.session_token:
            raise Denied("UnrecognizedClientException", "the session token is not this key's")
        self.check_scope(request, day, region, service, signed.split(";"))
        wanted = signature(
            instance.secret_key, request, day, region, service, signed.split(";")).hexdigest()
        if not hmac.compare_digest(wanted, given):
            raise Denied("InvalidSignatureException", "the signature does not match")
        return instance

    def check_scope(self, request, day, region, service, signed):
        date = http1.header(request.headers, "x-amz-date") or ""
        try:
            at = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
        except ValueError:
            raise Denied("InvalidSignatureException", "no X-Amz-Date") from None
        if abs(time.time() - at.timestamp()) > CLOCK_SKEW or not date.startswith(day):
            raise Denied("InvalidSignatureException", "signature expired")
        if (region, service) != (self.region, "dynamodb"):
            raise Denied("InvalidSignatureException", "scoped to another region or service")
        for name in ("host", "x-amz-date", "x-amz-target", "x-amz-security-token"):
            if name not in signed:
                raise Denied("InvalidSignatureException", f"{name} must be signed")

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
