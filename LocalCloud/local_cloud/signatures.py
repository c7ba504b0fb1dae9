"""Who signed a request: an instance signs with credentials of its own, so a call is its function's."""

import hashlib
import hmac
import re
import time
import urllib.parse
from datetime import datetime, timezone

from . import http1

CREDENTIAL = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?"
    r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$")
CLOCK_SKEW = 300  # seconds a signature is good for


class Denied(Exception):
    """A call that is refused; `kind` is AWS's name of the error."""

    def __init__(self, kind, text):
        super().__init__(text)
        self.kind = kind


def signing_key(secret, *scope):
    key = ("AWS4" + secret).encode()
    for part in (*scope, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def signature(secret, request, day, region, service, signed):
    """Signature version 4 of a request without a query; its path is encoded once more."""
    sent = {name.lower(): " ".join(value.split()) for name, value in request.headers}
    canonical = "\n".join([
        request.method, urllib.parse.quote(request.target, safe="/-_.~"), "",
        *(f"{name}:{sent.get(name, '')}" for name in signed), "",
        ";".join(signed), hashlib.sha256(request.body).hexdigest()])
    scope = f"{day}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", sent.get("x-amz-date", ""), scope, digest])
    return hmac.new(signing_key(secret, day, region, service), text.encode(), hashlib.sha256)


class Signatures:
    """Checks the signatures for one service; `find_instance(access key)` gives an instance."""

    def __init__(self, region, service, signed, find_instance):
        self.region, self.service, self.find_instance = region, service, find_instance
        self.signed = ("host", "x-amz-date", "x-amz-security-token", *signed)

    def authenticate(self, request):
        """The instance that signed the request; Denied when none did."""
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
        if (region, service) != (self.region, self.service):
            raise Denied("InvalidSignatureException", "scoped to another region or service")
        for name in self.signed:
            if name not in signed:
                raise Denied("InvalidSignatureException", f"{name} must be signed")
