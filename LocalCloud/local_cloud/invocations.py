"""Lambda's Invoke, as functions call it: events for other functions, whose answers nobody gets."""

import asyncio
import json
import re
import time
import urllib.parse

from . import http1
from .functions import Throttled
from .iam import Call, PolicyError, allowed
from .signatures import Denied, Signatures

PATH = re.compile(r"/2015-03-31/functions/([^/?]+)/invocations")
# Lambda's limit for an event that is queued, bytes.
EVENT_LIMIT = 1024 * 1024
PAUSE = 0.1  # seconds before an event that found no concurrency is tried again


class Invocations:
    """`pools` are the functions by ARN; `documents` a role's policies by its ARN."""

    def __init__(self, region, pools, find_instance, documents):
        self.pools, self.documents = pools, documents
        self.signatures = Signatures(region, "lambda", ["x-amz-invocation-type"], find_instance)
        self.queued = set()  # tasks, one for each event that is not handled yet

    async def handle(self, request):
        try:
            caller = self.signatures.authenticate(request)
            pool = self.invoked(request)
            self.authorise(caller, pool)
        except Denied as denied:
            return self.refuse(403, denied.kind, str(denied))
        except PolicyError as error:
            return self.refuse(403, "AccessDeniedException", f"not evaluated: {error!r}")
        if pool is None:
            return self.refuse(404, "ResourceNotFoundException", "no such function")
        if http1.header(request.headers, "x-amz-invocation-type") != "Event":
            return self.refuse(400, "InvalidParameterValueException", "only events are served here")
        task = asyncio.create_task(self.run(pool, request.body))
        self.queued.add(task)
        task.add_done_callback(self.queued.discard)
        return 202, [], b""

    def invoked(self, request):
        """The function of the path, by its name or ARN; None when there is none."""
        match = PATH.fullmatch(request.target)
        name = urllib.parse.unquote(match[1]) if match else None
        return next(
            (p for arn, p in self.pools.items() if name in (arn, p.function.name)), None)

    def authorise(self, caller, pool):
        function = caller.pool.function
        call = Call("lambda:InvokeFunction", pool.function.arn if pool else "*")
        if not allowed(self.documents[function.role], call):
            raise Denied("AccessDeniedException", (
                f"{function.name} is not authorized to perform: {call.action} on "
                f"resource: {call.resource}"))

    async def run(self, pool, event):
        """Runs the event, again after a failure as often as the function's configuration says."""
        end = time.monotonic() + pool.function.event_age
        tries = pool.function.event_retries + 1
        while tries > 0 and time.monotonic() < end:
            try:
                outcome = await pool.invoke(event, "invoke")
            except Throttled:
                await asyncio.sleep(PAUSE)
                continue
            if outcome.error is None:
                return
            tries -= 1

    def refuse(self, status, kind, message):
        headers = [("content-type", "application/json"), ("x-amzn-errortype", kind)]
        return status, headers, json.dumps({"Type": "User", "message": message}).encode()

    async def stop(self):
        for task in list(self.queued):
            task.cancel()
        await asyncio.gather(*self.queued, return_exceptions=True)
