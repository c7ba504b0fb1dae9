#!/usr/bin/env python3
"""Serves a local AWS on loopback until it is stopped: moto-server.py [--port N].

moto plays it, but for the items and streams of DynamoDB, which `local_cloud/table` keeps: moto needs
5 to 10 milliseconds for each call, is not atomic, and differs from DynamoDB in what the ledger needs.

Prints `moto ready: http://127.0.0.1:PORT` on standard output when it answers; port 0, the default,
takes a free one. Ends by SIGTERM or SIGINT. With --end-with-input it also ends when its standard
input is closed, so that it does not outlive the process that started it.

`POST /eventledger/faults` with a JSON object orders what goes wrong with calls of the tables from now
on, or of one `table`; `local_cloud/table/faults.py` says what there is, and `{}` ends it.

What moto does otherwise than AWS, and what is done about it:

- It is not made for threads: it handles one request at a time.
- It delivers the records of a table's stream to functions itself, in containers: it gets none.
- A function's `Code.Location` leads nowhere: it leads to this server, which answers with the
  uploaded package.
- It forgets how many old versions a bucket's lifecycle keeps, for which the AWS provider then waits:
  they are remembered.
- It heeds a bucket's policy but none of its conditions, so that "no access without TLS" is "no
  access": bucket policies are stored only.
"""

import argparse
import asyncio
import io
import json
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import unquote_to_bytes

from local_cloud import http1
from local_cloud.table.service import Tables
from moto.awslambda.models import LambdaFunction, lambda_backends
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response
from moto.server import DomainDispatcherApplication, create_backend_app

PACKAGES = "/eventledger/packages/"
FAULTS = "/eventledger/faults"
LARGEST_BODY = 128 * 1024 * 1024  # bytes; a function's package comes as base64


def environ(request, port):
    """A request as WSGI has it."""
    path, _, query = request.target.partition("?")
    found = {
        "REQUEST_METHOD": request.method, "SCRIPT_NAME": "", "QUERY_STRING": query,
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"), "REQUEST_URI": request.target,
        "RAW_URI": request.target, "REMOTE_ADDR": request.peer, "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": str(port), "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(request.body),
        "wsgi.input_terminated": True, "wsgi.errors": sys.stderr, "wsgi.multithread": False,
        "wsgi.multiprocess": False, "wsgi.run_once": False}
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        found[key] = f"{found[key]},{value}" if key in found else value
    if found.pop("HTTP_TRANSFER_ENCODING", None):
        found["CONTENT_LENGTH"] = str(len(request.body))
    return found


class Front:
    """The tables' calls, the functions' packages, and everything else for moto."""

    def __init__(self):
        self.moto, self.tables, self.port = None, Tables(), 0
        self.thread = ThreadPoolExecutor(1)

    async def handle(self, request):
        if request.target.startswith(PACKAGES):
            return await self.on_thread(self.package, request.target)
        if request.target == FAULTS:
            return self.order(request)
        target = http1.header(request.headers, "x-amz-target", "")
        authorization = http1.header(request.headers, "authorization", "")
        found = await self.tables.answer(target, authorization, request.body)
        if found:
            return found
        status, headers, body = await self.on_thread(self.ask_moto, request)
        if status == 200:
            self.tables.observe(target, authorization, body)
        return status, headers, body

    async def on_thread(self, work, *arguments):
        return await asyncio.get_running_loop().run_in_executor(self.thread, work, *arguments)

    def order(self, request):
        """Orders faults."""
        try:
            self.tables.faults.order(json.loads(request.body))
        except (TypeError, ValueError) as error:
            return 400, [("content-type", "text/plain")], f"{error}\n".encode()
        return 204, [], b""

    def ask_moto(self, request):
        begun = []
        answer = self.moto(
            environ(request, self.port), lambda status, headers, *_: begun.append((status, headers)))
        try:
            content = b"".join(answer)
        finally:
            getattr(answer, "close", lambda: None)()
        return int(begun[-1][0].split(" ")[0]), begun[-1][1], content

    def package(self, path):
        """Answers `/eventledger/packages/ACCOUNT/REGION/FUNCTION` with the function's zip."""
        code = None
        parts = path.removeprefix(PACKAGES).split("/")
        if len(parts) == 3:
            account, region, name = parts
            # moto has an exception of its own for each kind of lookup.
            with suppress(Exception):
                code = lambda_backends[account][region].get_function(name).code_bytes
        return (200, [("content-type", "application/zip")], code) if code else (404, [], b"")


def mend_functions(url):
    """Makes `Code.Location` a real address."""
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


def end_with_input():
    """Ends the process when whoever started it is gone."""
    while sys.stdin.buffer.read1(4096):
        pass
    os._exit(0)


async def serve(options):
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    front = Front()
    server = await http1.Server(front.handle, limit=LARGEST_BODY).start(options.port)
    front.port, url = server.port, f"http://127.0.0.1:{server.port}"
    front.moto = DomainDispatcherApplication(create_backend_app)
    mend_functions(url)
    mend_buckets()
    if options.end_with_input:
        threading.Thread(target=end_with_input, daemon=True).start()
    print(f"moto ready: {url}", flush=True)
    await told.wait()
    await server.stop()


def main():
    parser = argparse.ArgumentParser(description="Serve a local AWS on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--end-with-input", action="store_true")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
