"""Runs functions: instances of a package under the Lambda Runtime API."""

import asyncio
import json
import os
import secrets
import shutil
import signal
import tempfile
import time
import uuid
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from . import http1
from .control_plane import DeploymentError, unpack

# Lambda gives an instance this long to ask for its first event, seconds.
INITIALISATION = 10
# Lambda's limit for a synchronous event and for an answer, bytes.
PAYLOAD_LIMIT = 6 * 1024 * 1024
ACCOUNT_CONCURRENCY = 1000
HISTORY = 1000
PREFIX = "/2018-06-01/runtime/"


class Throttled(Exception):
    """All the concurrency that the function has is in use."""


@dataclass
class Outcome:
    """What an invocation came to. `error`: None, or the error's type."""

    payload: bytes
    error: str | None = None


@dataclass
class Invocation:
    id: str
    event: bytes
    deadline: float  # wall clock, seconds
    outcome: asyncio.Future


class Instance:
    """One process of a function. It runs while it starts and while it has an invocation."""

    def __init__(self, pool):
        self.pool = pool
        self.access_key = "ASIA" + secrets.token_hex(8).upper()
        self.secret_key = secrets.token_urlsafe(30)
        self.session_token = secrets.token_urlsafe(60)
        self.invocation = None
        self.ready = asyncio.get_running_loop().create_future()
        self.waiting = None  # of the request for the next event
        self.process, self.dead = None, False

    async def start(self):
        """Starts the process and waits until it asks for an event; else says what failed."""
        self.server = await http1.Server(
            self.serve, limit=PAYLOAD_LIMIT, refusal=self.refused).start()
        # A zip without the executable bit fails here, as it does on Lambda. In a process group of
        # its own, so that the kernel hangs up on it, though it is stopped, when this process dies.
        try:
            self.process = await asyncio.create_subprocess_exec(
                str(self.pool.bootstrap), env=self.environment(), cwd=self.pool.folder,
                preexec_fn=os.setpgrp, stdin=asyncio.subprocess.DEVNULL, stdout=self.pool.log,
                stderr=self.pool.log)
        except OSError as error:
            await self.server.stop()
            self.dead = True
            return f"Runtime.InvalidEntrypoint: {error.strerror}"
        if self.dead:  # killed while it started
            self.process.kill()
        watch = asyncio.create_task(self.reap())
        self.pool.watches.add(watch)
        watch.add_done_callback(self.pool.watches.discard)
        try:
            return await asyncio.wait_for(asyncio.shield(self.ready), INITIALISATION)
        except TimeoutError:
            self.kill()
            return "Sandbox.Timedout"

    def environment(self):
        function = self.pool.function
        return {
            **function.environment, **self.pool.endpoints,
            "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "en_US.UTF-8", "TZ": ":UTC",
            "AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_SESSION_TOKEN": self.session_token,
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.server.port}",
            "AWS_LAMBDA_FUNCTION_NAME": function.name, "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": f"[$LATEST]{secrets.token_hex(16)}",
            "LAMBDA_TASK_ROOT": str(self.pool.folder), "_HANDLER": "bootstrap",
        }

    async def serve(self, request):
        """The Runtime API, for this instance alone."""
        if request.target == PREFIX + "invocation/next":
            return await self.next()
        if request.target == PREFIX + "init/error":
            self.settle_start(f"init error: {request.body.decode(errors='replace')}")
            return 202, [], b""
        _, _, rest = request.target.partition(PREFIX + "invocation/")
        number, _, what = rest.partition("/")
        if not self.invocation or number != self.invocation.id:
            return 400, [], b'{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}'
        if what == "response":
            self.settle(Outcome(request.body))
            return 202, [], b'{"status":"OK"}'
        if what == "error":
            self.settle(Outcome(request.body, "Unhandled"))
            return 202, [], b'{"status":"OK"}'
        return 404, [], b""

    def refused(self, refused):
        """An answer that is too large is the end of its invocation."""
        if refused.status == 413 and self.invocation:
            self.settle(Outcome(b'{"errorType":"Function.ResponseSizeTooLarge"}', "Unhandled"))
        return refused.status, [], b""

    async def next(self):
        """Freezes the process until there is an event for it."""
        self.waiting = asyncio.get_running_loop().create_future()
        self.settle_start(None)
        self.signal(signal.SIGSTOP)
        if self.invocation is not None and self.invocation.outcome.done():
            self.pool.rest(self)
        invocation = await self.waiting
        self.signal(signal.SIGCONT)
        return 200, [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", invocation.id),
            ("Lambda-Runtime-Deadline-Ms", str(int(invocation.deadline * 1000))),
            ("Lambda-Runtime-Invoked-Function-Arn", self.pool.function.arn),
            ("Lambda-Runtime-Trace-Id", trace_id()),
        ], invocation.event

    async def run(self, event):
        """One invocation; the instance is idle, its process asks for an event."""
        loop, limit = asyncio.get_running_loop(), self.pool.function.timeout
        self.invocation = Invocation(
            str(uuid.uuid4()), event, time.time() + limit, loop.create_future())
        outcome = self.invocation.outcome
        self.waiting.set_result(self.invocation)
        try:
            return await asyncio.wait_for(asyncio.shield(outcome), limit)
        except TimeoutError:
            self.kill()
            message = f"{self.invocation.id} Task timed out after {limit:.2f} seconds"
            return Outcome(json.dumps({"errorMessage": message}).encode(), "Sandbox.Timedout")

    def settle(self, outcome):
        if not self.invocation.outcome.done():
            self.invocation.outcome.set_result(outcome)

    def settle_start(self, failure):
        if not self.ready.done():
            self.ready.set_result(failure)

    def signal(self, number):
        if not self.dead and self.process.returncode is None:
            self.process.send_signal(number)

    def kill(self):
        """Ends the process at once, frozen or not; it gets no further event."""
        self.dead = True
        self.pool.forget(self)
        if self.process and self.process.returncode is None:
            self.process.kill()

    async def reap(self):
        """Answers for a process that ended by itself."""
        status = await self.process.wait()
        self.dead = True
        self.pool.forget(self)
        await self.server.stop()
        self.settle_start(f"Runtime.ExitError: exit status {status}")
        if self.invocation:
            error = {"errorType": "Runtime.ExitError", "errorMessage": f"exit status {status}"}
            self.settle(Outcome(json.dumps(error).encode(), "Runtime.ExitError"))


class Pool:
    """The instances of one function."""

    def __init__(self, function, endpoints, log_folder):
        self.function, self.endpoints = function, endpoints
        self.folder = Path(tempfile.mkdtemp(prefix="eventledger-function-"))
        self.bootstrap = unpack(function.package, self.folder)
        if not self.bootstrap.exists():
            raise DeploymentError(f"{function.name}: the package has no bootstrap")
        self.log = (log_folder / f"{function.name}.log").open("wb")
        self.idle, self.instances, self.in_use = [], set(), 0
        self.watches = set()  # tasks, one for each process until it has ended
        self.history, self.invoked = deque(maxlen=HISTORY), 0

    @property
    def capacity(self):
        return ACCOUNT_CONCURRENCY if self.function.reserved is None else self.function.reserved

    async def invoke(self, event, source):
        """Runs one event (bytes) on an instance of its own; Throttled when there is no room."""
        if self.in_use >= self.capacity:
            raise Throttled(self.function.name)
        self.in_use += 1
        started = time.monotonic()
        try:
            outcome = await self.on_instance(event)
        finally:
            self.in_use -= 1
        self.invoked += 1
        self.history.append({
            "source": source, "error": outcome.error, "at": round(time.time(), 3),
            "milliseconds": round((time.monotonic() - started) * 1000, 3)})
        return outcome

    async def on_instance(self, event):
        if len(event) > PAYLOAD_LIMIT:
            return Outcome(b'{"errorType":"RequestEntityTooLargeException"}', "TooLarge")
        instance = self.idle.pop() if self.idle else None
        if instance is None:
            instance = Instance(self)
            self.instances.add(instance)
            if failure := await instance.start():
                if not instance.dead:
                    instance.kill()
                self.forget(instance)
                return Outcome(json.dumps({"errorMessage": failure}).encode(), "InitError")
        return await instance.run(event)

    def rest(self, instance):
        if not instance.dead:
            self.idle.append(instance)

    def forget(self, instance):
        self.instances.discard(instance)
        if instance in self.idle:
            self.idle.remove(instance)

    def by_access_key(self, key):
        return next((i for i in self.instances if i.access_key == key), None)

    async def stop(self):
        for instance in list(self.instances):
            instance.kill()
        await asyncio.gather(*self.watches)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def trace_id():
    return f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)};Sampled=0"


def process_environment(endpoint, table_endpoint, lambda_endpoint, region):
    """What every function's environment says about the cloud around it."""
    return {
        "AWS_REGION": region, "AWS_DEFAULT_REGION": region,
        "AWS_ENDPOINT_URL": endpoint, "AWS_ENDPOINT_URL_DYNAMODB": table_endpoint,
        "AWS_ENDPOINT_URL_LAMBDA": lambda_endpoint,
        "AWS_EXECUTION_ENV": "AWS_Lambda_provided.al2023",
    }
