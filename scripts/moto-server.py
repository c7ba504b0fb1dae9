#!/usr/bin/env python3
"""Serves a local AWS (moto) on loopback until it is stopped: moto-server.py [--port N].

Prints `moto ready: http://127.0.0.1:PORT` on standard output when it answers; port 0, the default,
takes a free one. Ends by SIGTERM or SIGINT. With --end-with-input it also ends when its standard
input is closed, so that it does not outlive the process that started it.

What moto does otherwise than AWS, and what is done about it:

- Conditional writes and transactions are not atomic across its threads: one request is handled at
  a time.
- It delivers the records of a table's stream to functions itself, in containers, and then clears
  the stream: it does not deliver, so that a data plane can read the stream.
- A function's `Code.Location` leads nowhere: it leads to this server, which answers with the
  uploaded package.
- It refuses rows of over 405,000 bytes, and counts bytes by their base64: up to 400 KB are taken,
  by DynamoDB's measure.
- It fails when a condition compares values of two types: such a comparison is false.
- It copies a whole table for each row of a transaction, to undo it, and its stream too, whose readers
  then hear of nothing more: only which rows are where is copied, and the stream stays.
- It ignores `ClientRequestToken`: a transaction repeated with its token gets the first answer.
- It forgets how many old versions a bucket's lifecycle keeps, for which the AWS provider then waits:
  they are remembered.
- It heeds a bucket's policy but none of its conditions, so that "no access without TLS" is "no
  access": bucket policies are stored only.
"""

import argparse
import collections
import copy
import hashlib
import io
import json
import logging
import os
import sys
import threading

from moto.awslambda.models import LambdaBackend, LambdaFunction, lambda_backends
from moto.dynamodb import comparisons
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models import DynamoDBBackend, dynamo_type
from moto.dynamodb.models.table import Table
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

PACKAGES = "/eventledger/packages/"


class Transactions:
    """The answers of the last transactions that were applied, by their tokens."""

    REMEMBERED = 10_000

    def __init__(self):
        self.answers = collections.OrderedDict()

    @staticmethod
    def token(environ, body):
        if not environ.get("HTTP_X_AMZ_TARGET", "").endswith(".TransactWriteItems"):
            return None
        return json.loads(body).get("ClientRequestToken")

    def answer(self, token, body):
        """The status, headers and body for a repetition; None for a new transaction."""
        known = self.answers.get(token)
        if known is None:
            return None
        if known[0] == hashlib.sha256(body).digest():
            return known[1]
        kind = "com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException"
        error = json.dumps({"__type": kind, "message": "another transaction"}).encode()
        return "400 Bad Request", [("Content-Length", str(len(error)))], [error]

    def remember(self, token, body, answer):
        if answer[0].startswith("200"):
            self.answers[token] = (hashlib.sha256(body).digest(), answer)
        while len(self.answers) > self.REMEMBERED:
            self.answers.popitem(last=False)


class Application:
    """moto's application, one request at a time, and the functions' packages."""

    def __init__(self):
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.lock = threading.RLock()
        self.transactions = Transactions()

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"].startswith(PACKAGES):
            return self.package(environ["PATH_INFO"], start_response)
        body = self.read_body(environ)
        token = Transactions.token(environ, body)
        with self.lock:
            known = self.transactions.answer(token, body) if token else None
            status, headers, content = known or self.ask_moto(environ)
            if token:
                self.transactions.remember(token, body, (status, headers, content))
        start_response(status, headers)
        return content

    @staticmethod
    def read_body(environ):
        """Takes the body before the lock is held, so that a slow client blocks nobody."""
        size = int(environ.get("CONTENT_LENGTH") or 0)
        if not size or "chunked" in environ.get("HTTP_TRANSFER_ENCODING", ""):
            return b""
        body = environ["wsgi.input"].read(size)
        environ["wsgi.input"] = io.BytesIO(body)
        return body

    def ask_moto(self, environ):
        begun = []
        answer = self.moto(environ, lambda status, headers, *rest: begun.append((status, headers)))
        try:
            content = list(answer)
        finally:
            getattr(answer, "close", lambda: None)()
        return begun[-1][0], begun[-1][1], content

    def package(self, path, start_response):
        """Answers `/eventledger/packages/ACCOUNT/REGION/FUNCTION` with the function's zip."""
        code = None
        parts = path.removeprefix(PACKAGES).split("/")
        if len(parts) == 3:
            account, region, name = parts
            with self.lock:
                try:
                    code = lambda_backends[account][region].get_function(name).code_bytes
                except Exception:  # moto has an exception of its own for each kind of lookup
                    code = None
        if not code:
            start_response("404 Not Found", [("Content-Length", "0")])
            return [b""]
        headers = [("Content-Type", "application/zip"), ("Content-Length", str(len(code)))]
        start_response("200 OK", headers)
        return [code]


def mend_functions(url):
    """Keeps the streams of tables, and makes `Code.Location` a real address."""
    LambdaBackend.send_dynamodb_items = lambda self, *arguments, **named: None
    describe = LambdaFunction.get_code

    def get_code(function):
        code = describe(function)
        place = f"{function.account_id}/{function.region}/{function.function_name}"
        code["Code"]["Location"] = f"{url}{PACKAGES}{place}"
        return code

    LambdaFunction.get_code = get_code


def mend_buckets():
    """Takes no notice of policies, and keeps `NewerNoncurrentVersions` of lifecycle rules."""
    FakeBucket.get_permission = lambda *_: PermissionResult.NEUTRAL
    store, show = FakeBucket.set_lifecycle, S3Response.get_bucket_lifecycle

    def set_lifecycle(bucket, rules):
        store(bucket, rules)
        for kept, sent in zip(bucket.rules, rules):
            kept.newer_versions = (sent.get("NoncurrentVersionExpiration") or {}).get(
                "NewerNoncurrentVersions")

    def get_bucket_lifecycle(response):
        rules = response.backend.get_bucket_lifecycle(response.bucket_name)
        serialized = response.serialized

        def with_versions(answer):
            shown_rules = answer.result["Rules"] if isinstance(answer.result, dict) else []
            for rule, shown in zip(rules, shown_rules):
                if rule.newer_versions:
                    shown["NoncurrentVersionExpiration"]["NewerNoncurrentVersions"] = (
                        rule.newer_versions)
            return serialized(answer)

        response.serialized = with_versions
        return show(response)

    FakeBucket.set_lifecycle = set_lifecycle
    S3Response.get_bucket_lifecycle = get_bucket_lifecycle


class Row(dict):
    """A row's attributes, at most as large as DynamoDB takes them."""

    LARGEST = 400 * 1024

    def __setitem__(self, name, value):
        super().__setitem__(name, value)
        if sum(len(name.encode()) + value.size() for name, value in self.items()) > self.LARGEST:
            raise ItemSizeTooLarge


def mend_rows():
    """Measures rows as DynamoDB does, and lets values of different types be compared."""
    kind = dynamo_type.DynamoType
    measure = kind.size

    def size(value):
        if value.is_binary() and isinstance(value.value, str):
            return len(value.value) // 4 * 3 - value.value[-2:].count("=")
        return measure(value)

    def tolerant(compare):
        def holds(condition, item):
            try:
                return compare(condition, item)
            except TypeError:
                return False

        return holds

    kind.size = size
    for name in ("OpLessThan", "OpLessThanOrEqual", "OpGreaterThan", "OpGreaterThanOrEqual"):
        operator = getattr(comparisons, name)
        operator.expr = tolerant(operator.expr)
    dynamo_type.LimitedSizeDict = Row


def mend_transactions():
    """Keeps of a table what a transaction can change: a put replaces a row, none is altered.

    A stream stays the one that readers have in hand; what was undone is taken off its end.
    """
    transact = DynamoDBBackend.transact_write_items

    def snapshot(table, memo):
        kept = copy.copy(table)
        kept.items = collections.defaultdict(
            dict, {partition: dict(rows) for partition, rows in table.items.items()})
        return kept

    def undone(backend, items):
        tables = [table for table in backend.tables.values() if table.stream_shard]
        ends = [(table.name, len(table.stream_shard.items)) for table in tables]
        try:
            transact(backend, items)
        except Exception:
            for name, end in ends:
                table = backend.tables[name]
                table.stream_shard.table = table
                del table.stream_shard.items[end:]
            raise

    Table.__deepcopy__ = snapshot
    DynamoDBBackend.transact_write_items = undone


def end_with_input():
    """Ends the process when whoever started it is gone."""
    while sys.stdin.buffer.read1(4096):
        pass
    os._exit(0)


def main():
    parser = argparse.ArgumentParser(description="Serve a local AWS on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--end-with-input", action="store_true")
    options = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", options.port, Application(), threaded=True)
    url = f"http://127.0.0.1:{server.port}"
    mend_functions(url)
    mend_buckets()
    mend_rows()
    mend_transactions()
    if options.end_with_input:
        threading.Thread(target=end_with_input, daemon=True).start()
    print(f"moto ready: {url}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
