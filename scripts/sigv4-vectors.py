#!/usr/bin/env python3
"""Write Tests/AWSClientTests/SigV4Vectors.swift anew: signatures that botocore makes.

usage: .tools/venv/bin/python scripts/sigv4-vectors.py
"""

import datetime
import pathlib
import urllib.parse

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

TARGET = pathlib.Path(__file__).parent.parent / "Tests/AWSClientTests/SigV4Vectors.swift"
DYNAMODB = ("POST", "dynamodb", "dynamodb.eu-central-1.amazonaws.com", "/", [])
SUITE = (1440938160, "us-east-1", None, [], "")

# seconds, region, session token, further headers, body
CASES = [
    (1440938160, "us-east-1", None, [], ""),
    (1798761599, "eu-central-1", None, [("x-amz-target", "DynamoDB_20120810.PutItem")], '{"a": 1}'),
    (951782400, "eu-central-1", "a+token/with=signs", [("content-type", "application/json")], "{}"),
    (4102444799, "cn-north-1", "t" * 300, [("x-amz-meta", "  two   spaces  ")], "ü€𝄞" * 50),
    (0, "ap-southeast-2", None, [("a", "1"), ("z", "26"), ("m", "13")], "x" * 5000),
]
UNRESERVED = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

# Cases of AWS's own test suite: name, path, query before encoding, and the first digits of the
# signature that AWS publishes.
SUITE_CASES = [
    ("get-vanilla", "/", [], "5fa00fa3"),
    ("get-vanilla-query", "/", [], "5fa00fa3"),
    ("get-vanilla-query-order-key-case", "/", [("Param2", "value2"), ("Param1", "value1")], "b97d918c"),
    ("get-vanilla-query-order-value", "/", [("Param1", "value2"), ("Param1", "value1")], "5772eed6"),
    ("get-vanilla-query-order-encoded", "/",
     [("Param-3", "Value3"), ("Param", "Value2"), ("ሴ", "Value1")], "371d3713"),
    ("get-vanilla-query-unreserved", "/", [(UNRESERVED, UNRESERVED)], "9c3e54bf"),
    ("get-vanilla-utf8-query", "/", [("ሴ", "bar")], "2cdec8ee"),
    ("get-vanilla-empty-query-key", "/", [("Param1", "value1")], "a67d582f"),
    ("get-unreserved", f"/{UNRESERVED}", [], "07ef7494"),
    ("get-utf8", "/ሴ", [], "8318018e"),
    ("get-space", "/example space/", [], "65248758"),
    ("get-relative", "/example/..", [], "5fa00fa3"),
    ("get-relative-relative", "/example1/example2/../..", [], "5fa00fa3"),
    ("get-slash", "//", [], "5fa00fa3"),
    ("get-slashes", "//example//", [], "9a624bd7"),
    ("get-slash-dot-slash", "/./", [], "5fa00fa3"),
    ("get-slash-pointless-dot", "/./example", [], "ef75d961"),
]

# method, service, host, path as the URL has it, query before encoding
FURTHER_CASES = [
    # Encoded in the URL, so encoded twice in the signature, but for S3.
    ("PUT", "lambda", "lambda.us-east-1.amazonaws.com", "/2015-03-31/functions/a%3Ab/%C3%BC", []),
    ("GET", "execute-api", "x.execute-api.us-east-1.amazonaws.com", "/a/./b//../c/", [("q", "a b/c+d")]),
    ("PUT", "s3", "bucket.s3.us-east-1.amazonaws.com", "/a%20key/%C3%BC//x/../y", []),
    ("GET", "s3", "bucket.s3.us-east-1.amazonaws.com", "/",
     [("prefix", "a/b c&=%"), ("list-type", "2"), ("delimiter", ""), ("x-", "1"), ("x", "2")]),
]
# How a function invokes another one.
INVOKE = ("POST", "lambda", "lambda.eu-central-1.amazonaws.com",
          "/2015-03-31/functions/eventledger-prod-push/invocations", [])
INVOKE_CASE = (1798761599, "eu-central-1", "a+token/with=signs",
               [("content-type", "application/json"), ("x-amz-invocation-type", "Event")],
               '{"eventledger":"push","streams":["orders"]}')


def encoded(text):
    return urllib.parse.quote(text, safe="-_.~")


def sign(request, case):
    method, service, host, path, query = request
    seconds, region, token, headers, body = case
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    botocore.auth.get_current_datetime = lambda *_, **__: moment
    credentials = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token)
    text = "&".join(f"{encoded(name)}={encoded(value)}" for name, value in query)
    url = f"https://{host}{path}" + (f"?{text}" if text else "")
    signed = AWSRequest(method, url, dict([("host", host), *headers]), body.encode())
    kind = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
    kind(credentials, service, region).add_auth(signed)
    if service == "s3":
        headers = [*headers, ("x-amz-content-sha256", signed.headers["X-Amz-Content-SHA256"])]
    return headers, signed.headers["X-Amz-Date"], signed.headers["Authorization"]


def swift(value):
    return "nil" if value is None else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def pairs(values):
    return "[" + ", ".join(f"({swift(name)}, {swift(text)})" for name, text in values) + "]"


def vector(request, case):
    method, service, host, path, query = request
    seconds, region, token, _, body = case
    headers, date, value = sign(request, case)
    lines = [
        f"method: {swift(method)}",
        f"service: {swift(service)}",
        f"host: {swift(host)}",
        f"path: {swift(path)}",
        f"query: {pairs(query)}",
        f"seconds: {seconds}",
        f"region: {swift(region)}",
        f"token: {swift(token)}",
        f"headers: {pairs(headers)}",
        f"body: {swift(body)}",
        f"date: {swift(date)}",
        f"authorization: {swift(value)}",
    ]
    return "        SigV4Vector(\n" + ",\n".join(f"            {line}" for line in lines) + "\n        ),\n"


def suite():
    for name, path, query, published in SUITE_CASES:
        request = ("GET", "service", "example.amazonaws.com", path, query)
        signature = sign(request, SUITE)[2].rpartition("=")[2]
        if not signature.startswith(published):
            raise SystemExit(f"{name}: {signature} is not {published}…, which AWS publishes")
        yield f"        // {name}\n" + vector(request, SUITE)


TARGET.write_text(
    "// Written by scripts/sigv4-vectors.py, with botocore.\n"
    "// swift-format-ignore-file\n\n"
    "extension SigV4Vector {\n"
    "    /// Calls of DynamoDB, whose path and query never differ.\n"
    "    static let ofDynamoDB: [SigV4Vector] = [\n"
    + "".join(vector(DYNAMODB, case) for case in CASES)
    + "    ]\n\n"
    "    /// Cases of AWS's own test suite for paths and queries, under its names.\n"
    "    static let ofSuite: [SigV4Vector] = [\n"
    + "".join(suite())
    + "    ]\n\n"
    "    /// Paths that are encoded in the URL, of S3 and of others.\n"
    "    static let ofOtherServices: [SigV4Vector] = [\n"
    + "".join(vector(request, SUITE) for request in FURTHER_CASES)
    + "    ]\n\n"
    "    /// An invocation of a function, whose answer nobody waits for.\n"
    "    static let ofInvocation: [SigV4Vector] = [\n"
    + vector(INVOKE, INVOKE_CASE)
    + "    ]\n}\n"
)
