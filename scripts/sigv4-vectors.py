#!/usr/bin/env python3
"""Write Tests/AWSClientTests/SigV4Vectors.swift anew: signatures that botocore makes.

usage: .tools/venv/bin/python scripts/sigv4-vectors.py
"""

import datetime
import pathlib

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

TARGET = pathlib.Path(__file__).parent.parent / "Tests/AWSClientTests/SigV4Vectors.swift"
HOST = "dynamodb.eu-central-1.amazonaws.com"

# seconds, region, session token, further headers, body
CASES = [
    (1440938160, "us-east-1", None, [], ""),
    (1798761599, "eu-central-1", None, [("x-amz-target", "DynamoDB_20120810.PutItem")], '{"a": 1}'),
    (951782400, "eu-central-1", "a+token/with=signs", [("content-type", "application/json")], "{}"),
    (4102444799, "cn-north-1", "t" * 300, [("x-amz-meta", "  two   spaces  ")], "ü€𝄞" * 50),
    (0, "ap-southeast-2", None, [("a", "1"), ("z", "26"), ("m", "13")], "x" * 5000),
]


def authorization(seconds, region, token, headers, body):
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    botocore.auth.get_current_datetime = lambda *_, **__: moment
    credentials = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token)
    request = AWSRequest("POST", f"https://{HOST}/", dict([("host", HOST), *headers]), body.encode())
    botocore.auth.SigV4Auth(credentials, "dynamodb", region).add_auth(request)
    return request.headers["X-Amz-Date"], request.headers["Authorization"]


def swift(value):
    return "nil" if value is None else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def vector(case):
    seconds, region, token, headers, body = case
    date, value = authorization(*case)
    pairs = ", ".join(f"({swift(name)}, {swift(text)})" for name, text in headers)
    lines = [
        f"seconds: {seconds}",
        f"region: {swift(region)}",
        f"token: {swift(token)}",
        f"headers: [{pairs}]",
        f"body: {swift(body)}",
        f"date: {swift(date)}",
        f"authorization: {swift(value)}",
    ]
    return "        SigV4Vector(\n" + ",\n".join(f"            {line}" for line in lines) + "\n        ),\n"


TARGET.write_text(
    "// Written by scripts/sigv4-vectors.py, with botocore.\n"
    "// swift-format-ignore-file\n\n"
    "extension SigV4Vector {\n    static let all: [SigV4Vector] = [\n"
    + "".join(vector(case) for case in CASES)
    + "    ]\n}\n"
)
