"""A function for the tests: does what its event asks for, over the real Runtime API."""

import http.client
import json
import os
import sys
import time
from urllib.parse import quote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

runtime = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
table_url = os.environ["AWS_ENDPOINT_URL_DYNAMODB"]


def call_table(operation, body):
    """(status, answer) of one signed DynamoDB call."""
    request = AWSRequest("POST", table_url + "/", data=json.dumps(body), headers={
        "Content-Type": "application/x-amz-json-1.0",
        "Host": table_url.removeprefix("http://"),
        "X-Amz-Target": f"DynamoDB_20120810.{operation}"})
    secret = os.environ["AWS_SECRET_ACCESS_KEY"]
    secret = secret if os.environ.get("WRONG_SECRET") is None else "wrong"
    credentials = Credentials(
        os.environ["AWS_ACCESS_KEY_ID"], secret, os.environ["AWS_SESSION_TOKEN"])
    SigV4Auth(credentials, "dynamodb", os.environ["AWS_REGION"]).add_auth(request)
    connection = http.client.HTTPConnection(table_url.removeprefix("http://"))
    connection.request("POST", "/", request.data, dict(request.headers))
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read() or b"{}")


def invoke(function, event):
    """The status of one signed invocation, whose answer nobody gets."""
    url = os.environ["AWS_ENDPOINT_URL_LAMBDA"]
    path = f"/2015-03-31/functions/{quote(function, safe='')}/invocations"
    host = url.removeprefix("http://")
    request = AWSRequest("POST", url + path, data=json.dumps(event), headers={
        "Content-Type": "application/json", "Host": host, "X-Amz-Invocation-Type": "Event"})
    credentials = Credentials(
        os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"],
        os.environ["AWS_SESSION_TOKEN"])
    SigV4Auth(credentials, "lambda", os.environ["AWS_REGION"]).add_auth(request)
    connection = http.client.HTTPConnection(host)
    connection.request("POST", path, request.data, dict(request.headers))
    return connection.getresponse().status


def put(key):
    return call_table("PutItem", {
        "TableName": os.environ["EVENTLEDGER_TABLE"],
        "Item": {"PK": {"S": key}, "SK": {"S": "1"}}})


def stream_batch(records):
    """Fails at records whose sort key says so; remembers every batch in the table."""
    keys = [r["dynamodb"]["Keys"]["SK"]["S"] for r in records]
    if any(key.startswith("crash") for key in keys):
        os._exit(3)
    put("BATCH#" + ",".join(keys))
    failed = [r["dynamodb"]["SequenceNumber"] for r, k in zip(records, keys)
              if k.startswith("poison")]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


def handle(event):
    if "Records" in event:
        return stream_batch(event["Records"])
    if event.get("eventledger") == "sweep":
        return {"put": put("SWEPT")[0]}
    if event.get("eventledger") == "fail":
        put(f"FAILED#{time.monotonic_ns()}")
        sys.exit(7)
    query = event.get("queryStringParameters", {})
    if "invoke" in query:
        return {"statusCode": invoke(query["invoke"], json.loads(event["body"]))}
    while "gate" in query and not os.path.exists(query["gate"]):
        time.sleep(0.02)
    if "crash" in query:
        sys.exit(7)
    if "table" in query:
        body = json.loads(event["body"])
        if "TransactItems" not in body:
            body.setdefault("TableName", os.environ["EVENTLEDGER_TABLE"])
        status, answer = call_table(query["table"], body)
        return {"statusCode": status, "body": json.dumps(answer)}
    if "big" in query:
        return {"statusCode": 200, "body": "x" * int(query["big"])}
    if "binary" in query:
        return {"statusCode": 200, "isBase64Encoded": True, "body": "AAEC",
                "headers": {"content-type": "application/octet-stream"}, "cookies": ["a=1"]}
    return {"statusCode": 200, "headers": {"content-type": "application/json"},
            "body": json.dumps({"event": event, "pid": os.getpid()})}


while True:
    runtime.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = runtime.getresponse()
    number = answer.headers["Lambda-Runtime-Aws-Request-Id"]
    result = json.dumps(handle(json.loads(answer.read()))).encode()
    runtime.request("POST", f"/2018-06-01/runtime/invocation/{number}/response", result)
    runtime.getresponse().read()
