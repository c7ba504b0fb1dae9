"""The HTTP API: requests to events of payload format 2.0, and answers back."""

import asyncio
import base64
import fnmatch
import json
import secrets
import time
from urllib.parse import parse_qsl, unquote

from . import http1
from .functions import Outcome, Throttled
from .iam import Call, service_may
from .routing import Router

HEADER_LIMIT = 10_240  # bytes of the request line and all headers
BODY_LIMIT = 10 * 1024 * 1024
TEXT_TYPES = ("text/", "application/json", "application/javascript", "application/xml")
NOT_FORWARDED = {"connection", "cookie", "transfer-encoding", "expect", "keep-alive"}


def message(status, text):
    return status, [("content-type", "application/json")], json.dumps({"message": text}).encode()


FAILED = message(500, "Internal Server Error")
UNAVAILABLE = message(503, "Service Unavailable")
TOO_LARGE = message(413, "Request Entity Too Large")


def refusal(refused):
    """The answer to a request that breaks the gateway's limits."""
    return message(refused.status, str(refused))


def decoded_path(target):
    """The path as an HTTP API hands it on: decoded once, and cut at a decoded question mark."""
    return unquote(target.partition("?")[0]).partition("?")[0]


class TokenBucket:
    def __init__(self, rate, burst):
        self.rate, self.burst, self.tokens, self.at = rate, burst, burst, time.monotonic()

    def take(self):
        now = time.monotonic()
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Gateway:
    def __init__(self, api, pools, region, account):
        self.api, self.pools, self.region, self.account = api, pools, region, account
        self.router = Router(api.routes)
        self.bucket = TokenBucket(*api.throttle) if api.throttle else None
        self.allowed = {route.key: self.may_invoke(route) for route in api.routes}

    def may_invoke(self, route):
        """Whether the function's own policy lets this route of this API call it."""
        pool = self.pools.get(route.function)
        if pool is None:
            return False
        source = (f"arn:aws:execute-api:{self.region}:{self.account}:{self.api.id}"
                  f"/{self.api.stage}/{route.method}{route.path}")
        call = Call("lambda:InvokeFunction", route.function, {
            "aws:sourcearn": [source], "aws:sourceaccount": [self.account]})
        return service_may(pool.function.statements, "apigateway.amazonaws.com", call)

    async def handle(self, request):
        """The gateway's answer to a request."""
        status, headers, body = await self.answer(request)
        origin = http1.header(request.headers, "origin")
        headers = [*headers, *self.cors_headers(origin)]
        return status, [*headers, ("apigw-requestid", secrets.token_urlsafe(12))], body

    async def answer(self, request):
        size = len(request.target) + sum(len(n) + len(v) + 4 for n, v in request.headers)
        if size > HEADER_LIMIT:
            return message(431, "Request Header Fields Too Large")
        path = self.without_stage(decoded_path(request.target))
        route, parameters = self.router.find(request.method, path) if path else (None, {})
        if self.is_preflight(request):
            return await self.answer_preflight(request, route, parameters)
        if route is None:
            return message(404, "Not Found")
        return await self.routed(request, route, parameters)

    async def answer_preflight(self, request, route, parameters):
        """The gateway's own answer, unless a route takes it: then its headers on that one's answer."""
        headers = self.preflight(request)
        if route is None:
            return 204, headers, b""
        status, found, body = await self.routed(request, route, parameters)
        kept = [(n, v) for n, v in found if not n.startswith("access-control-")]
        return status, kept + headers, body

    async def routed(self, request, route, parameters):
        if self.bucket and not self.bucket.take():
            return message(429, "Too Many Requests")
        if not self.allowed[route.key]:
            return FAILED
        return await self.invoke(route, self.event(request, route, parameters))

    def without_stage(self, path):
        if self.api.stage == "$default":
            return path
        prefix = f"/{self.api.stage}"
        return path.removeprefix(prefix) if path.startswith(prefix + "/") else None

    async def invoke(self, route, event):
        # The function goes on when the gateway has given up.
        work = asyncio.ensure_future(
            self.pools[route.function].invoke(json.dumps(event).encode(), route.key))
        try:
            outcome = await asyncio.wait_for(asyncio.shield(work), route.timeout)
        except (TimeoutError, Throttled):
            return UNAVAILABLE
        if outcome.error == "TooLarge":
            return TOO_LARGE
        return translate(outcome)

    def event(self, request, route, parameters):
        """Payload format 2.0."""
        path, _, query = request.target.partition("?")
        content, encoded = body_text(request)
        now, number = time.time(), secrets.token_urlsafe(12)
        host = http1.header(request.headers, "host", "")
        event = {
            "version": "2.0", "routeKey": route.key, "rawPath": decoded_path(path),
            "rawQueryString": query, "headers": self.headers(request),
            "requestContext": {
                "accountId": self.account, "apiId": self.api.id, "domainName": host,
                "domainPrefix": self.api.id, "requestId": number, "routeKey": route.key,
                "stage": self.api.stage, "timeEpoch": int(now * 1000),
                "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
                "http": {
                    "method": request.method, "path": decoded_path(path),
                    "protocol": "HTTP/1.1", "sourceIp": request.peer,
                    "userAgent": http1.header(request.headers, "user-agent", "")},
            },
            "isBase64Encoded": encoded,
        }
        if content is not None:
            event["body"] = content
        if parameters:
            event["pathParameters"] = parameters
        if cookies := [v for n, v in request.headers if n.lower() == "cookie"]:
            event["cookies"] = [c.strip() for line in cookies for c in line.split(";")]
        if query:
            event["queryStringParameters"] = joined(parse_qsl(query, keep_blank_values=True))
        return event

    def headers(self, request):
        sent = [(n.lower(), v) for n, v in request.headers if n.lower() not in NOT_FORWARDED]
        return joined(sent) | {
            "content-length": str(len(request.body)), "x-forwarded-for": request.peer,
            "x-forwarded-port": "443", "x-forwarded-proto": "https",
            "x-amzn-trace-id": f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"}

    def is_preflight(self, request):
        wanted = http1.header(request.headers, "access-control-request-method")
        return bool(self.api.cors) and request.method == "OPTIONS" and wanted is not None

    def preflight(self, request):
        cors, origin = self.api.cors, http1.header(request.headers, "origin")
        if not self.cors_headers(origin):
            return []
        headers = []
        for name, key in (("methods", "AllowMethods"), ("headers", "AllowHeaders")):
            if cors.get(key):
                headers.append((f"access-control-allow-{name}", ",".join(cors[key])))
        if cors.get("MaxAge"):
            headers.append(("access-control-max-age", str(cors["MaxAge"])))
        return headers

    def cors_headers(self, origin):
        cors = self.api.cors
        if not cors or origin is None:
            return []
        origins = cors.get("AllowOrigins", [])
        if not any(fnmatch.fnmatchcase(origin, allowed) for allowed in origins):
            return []
        headers = [("access-control-allow-origin", "*" if "*" in origins else origin)]
        if cors.get("AllowCredentials"):
            headers.append(("access-control-allow-credentials", "true"))
        if cors.get("ExposeHeaders"):
            headers.append(("access-control-expose-headers", ",".join(cors["ExposeHeaders"])))
        return headers


def joined(pairs):
    """One value a name; a repeated name's values with commas between them."""
    values = {}
    for name, value in pairs:
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def body_text(request):
    """(the event's body, whether it is base64): text for text types, unless it is encoded."""
    if not request.body:
        return None, False
    kind = (http1.header(request.headers, "content-type") or "").lower()
    if kind.startswith(TEXT_TYPES) and not http1.header(request.headers, "content-encoding"):
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), True


def translate(outcome: Outcome):
    """A function's answer as HTTP; whatever is not one is the gateway's own 500."""
    if outcome.error:
        return FAILED
    try:
        answer = json.loads(outcome.payload)
    except ValueError:
        return FAILED
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return 200, [("content-type", "application/json")], outcome.payload
    try:
        return full_answer(answer)
    except (TypeError, ValueError, AttributeError):
        return FAILED


def full_answer(answer):
    headers = {n.lower(): str(v) for n, v in (answer.get("headers") or {}).items()}
    headers.pop("content-length", None)
    headers.setdefault("content-type", "text/plain; charset=utf-8")
    body = answer.get("body") or ""
    content = base64.b64decode(body, validate=True) if answer.get("isBase64Encoded") \
        else body.encode()
    cookies = [("set-cookie", cookie) for cookie in answer.get("cookies") or []]
    return int(answer["statusCode"]), [*headers.items(), *cookies], content
