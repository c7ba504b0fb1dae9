#!/usr/bin/env python3
"""Calls every route of a running server and checks each answer against schemas/openapi.json.

Usage: check-live-api.py [URL] [--description FILE]   (needs .tools/venv, see scripts/tools.sh)

Without URL it takes EVENTLEDGER_URL. With EVENTLEDGER_API_KEY, which may do everything, the server
must need keys; without it, it must not.

Every answer must have a status that its operation documents, the documented headers and content
type, a body that fits the schema, and, for an error, a code documented for that operation. At the
end every operation must have answered well at least once. Works on streams of its own, whose names
begin with `api-check-`, and deletes them.
"""

import argparse
import gzip
import http.client
import json
import os
import secrets
import socket
import sys
import time
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

DESCRIPTION = Path(__file__).resolve().parent.parent / "schemas" / "openapi.json"
JSON = "application/json"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", nargs="?", help="for example http://127.0.0.1:8080")
    parser.add_argument("--description", type=Path, default=DESCRIPTION)
    arguments = parser.parse_args()
    url = arguments.url or os.environ.get("EVENTLEDGER_URL") or parser.error("no URL")
    document = json.loads(arguments.description.read_text(encoding="utf-8"))
    check = Check(url, document, os.environ.get("EVENTLEDGER_API_KEY"))
    check.wait_for_server()
    stream = f"api-check-{secrets.token_hex(4)}"
    try:
        exercise_server(check)
        exercise_streams(check, stream)
        exercise_publish(check, stream)
        exercise_reads(check, stream)
        exercise_limits(check, stream)
        exercise_compaction(check, stream)
        exercise_subscriptions(check, stream)
        exercise_keys(check, stream)
        exercise_outside(check, stream)
        exercise_protocol(check)
    finally:
        for name in (stream, stream + "-plain"):
            check.call("deleteStream", 200, 404, stream=name)
    check.every_operation_answered()
    sys.exit(check.report())


# What is called, by the ids of operations. After them come the statuses that are right here.


def exercise_server(check):
    check.call("health", 200)
    document = check.call("openapi", 200)
    check.expect(document == check.document, "GET /openapi.json is not the description checked")
    check.call("metrics", 200)
    check.call("acceptClock", 200)
    check.call("acceptClock", 400, query={"no-such": "1"}, code="validation_error")
    check.call("health", 400, query={"no-such": "1"}, code="validation_error")


def exercise_streams(check, stream):
    new = {"stream_id": stream, "partition_count": 2}
    created = check.call("createStream", 201, body=new)
    check.expect(created.get("partition_count") == 2, "POST /streams: another partition count")
    check.call("createStream", 409, body=new, code="stream_already_exists")
    plain = {"stream_id": stream + "-plain", "partition_count": 1, "compaction": False}
    check.call("createStream", 201, body={**plain, "retention_hours": None})
    check.call("createStream", 400, body={"stream_id": "1 bad"}, code="invalid_stream_id")
    check.call("createStream", 400, body={"stream_id": "ok", "extra": 1}, code="validation_error")
    check.call("createStream", 400, body={}, code="validation_error")
    for count in (0, 101, 1.5, "3"):
        bad = {"stream_id": "ok", "partition_count": count}
        check.call("createStream", 400, body=bad, code="validation_error")
    check.call("createStream", 415, body=new, content_type="application/x-www-form-urlencoded")

    check.call("describeStream", 200, stream=stream)
    check.call("describeStream", 404, stream="api-check-none", code="stream_not_found")
    check.call("updateStream", 200, stream=stream, body={"retention_hours": 24})
    check.call("updateStream", 400, stream=stream, body={}, code="validation_error")
    check.call("updateStream", 404, stream="api-check-none", body={"retention_hours": 24})
    for limit in ("0", "1001", "x", "1.0", "-1", ""):
        check.call("listStreams", 400, query={"limit": limit}, code="validation_error")
    check.call("listStreams", 400, query=[("limit", "1"), ("limit", "1")])
    check.every_page("listStreams", "streams", [stream, stream + "-plain"], "stream_id")


def exercise_publish(check, stream):
    def publish(*statuses, body, name=stream, **rest):
        return check.call("publishEvents", *statuses, body=body, stream=name, **rest)

    one = event("order-1", {"total": 99.99})
    publish(200, body=one)
    publish(200, body=[one, event("a/b c", {"slash": True})])
    publish(200, body={"events": [one, event("order-2", 1)], "atomic": True})
    lines = "".join(json.dumps(event(f"line-{n}", n)) + "\n" for n in range(3)).encode()
    publish(200, body=lines, content_type="application/x-ndjson")
    publish(200, body=gzip.compress(json.dumps(one).encode()), content_encoding="gzip")
    publish(200, body=[one, event("order-3", [])], query={"ack": "summary"})
    publish(200, body={**one, "headers": {"trace-id": "1"}})
    publish(200, body=event("gone", 1))
    publish(200, body=event("gone", None))

    key = {"Idempotency-Key": secrets.token_hex(8)}
    first = publish(200, body=one, headers=key)
    again = publish(200, body=one, headers=key)
    check.expect(first == again, "a retried publish got another answer")
    publish(422, body=event("order-1", 2), headers=key, code="idempotency_key_reused")
    publish(400, body=one, headers={"Idempotency-Key": "x" * 256}, code="validation_error")

    plain = stream + "-plain"
    publish(200, name=plain, body={"events": [one], "expected_offset": 0})
    publish(409, name=plain, body={"events": [one], "expected_offset": 0}, code="offset_conflict")
    publish(400, body=event("", 1), code="invalid_event_key")
    publish(400, body=event("k" * 513, 1), code="invalid_event_key")
    publish(400, body={**one, "type": "a\tb"}, code="validation_error")
    publish(400, body={**one, "offset": 1}, code="validation_error")
    publish(400, body={"events": []}, code="validation_error")
    publish(400, body=b"{", code="validation_error")
    publish(400, body=b"", code="validation_error")
    publish(400, 413, body=[one] * 10_001)
    publish(413, body=event("large", "x" * (256 * 1024)), code="payload_too_large")
    publish(413, body=b" " * (4 * 1024 * 1024 + 1), code="payload_too_large")
    publish(415, body=one, content_type="text/plain", code="unsupported_media_type")
    publish(415, body=one, content_encoding="br", code="unsupported_media_type")
    publish(404, body=one, name="api-check-none", code="stream_not_found")


def exercise_reads(check, stream):
    def read(*statuses, name=stream, code=None, **query):
        query = {key.rstrip("_"): value for key, value in query.items()}
        return check.call("readEvents", *statuses, stream=name, query=query, code=code)

    read(200, partition=0)
    read(200, partition=1, from_="earliest", limit=1)
    page = read(200, partition=0, from_="latest")
    check.expect(page.get("caught_up") is True, "a read from latest is not caught up")
    read(200, partition=0, from_="2026-01-01T00:00:00Z")
    read(200, name=stream + "-plain")
    whole = read(200, last=5, wait="0.1")
    check.expect("next_offset" not in whole, "a read of all partitions has one next offset")
    on = read(200, cursor=whole.get("cursor"), wait="0.1")
    check.expect(on.get("events") == [], "a read goes on with events that were there before")
    fitting = read(200, key="order-1", type="order.*")
    check.expect("scanned" in fitting, "a filtered read does not say how much it looked at")
    read(400, cursor="bad", code="invalid_cursor")
    read(400, last=1, from_="earliest", code="validation_error")
    read(400, from_="0", code="validation_error")
    read(400, key="", code="invalid_event_key")
    read(400, partition=0, from_="sometime", code="validation_error")
    read(400, partition=0, from_=str(2**63), code="validation_error")
    read(404, partition=7, code="partition_not_found")
    read(416, partition=0, from_="99999", code="offset_out_of_range")
    read(404, partition=0, name="api-check-none", code="stream_not_found")

    def head(*statuses, partition=0, code=None, **query):
        place = {"stream": stream, "partition": str(partition)}
        return check.call("readHead", *statuses, **place, query=query, code=code)

    now = head(200)
    again = head(200, at=str(now.get("next_offset")))
    check.expect(now == again, "the head at the next offset is not the head")
    head(416, at="99999", code="offset_out_of_range")
    head(400, at="x", code="validation_error")
    head(404, partition=7, code="partition_not_found")


def exercise_limits(check, stream):
    """One step beyond every limit: the answer names the field and the limit."""
    limits = check.document["x-limits"]

    def breach(limit, status, operation, **rest):
        answer = check.call(operation, status, stream=stream, **rest)
        details = answer.get("details", {})
        known = "field" in details and details.get("limit") == limit
        check.expect(known, f"{operation}: beyond the limit of {limit}: {answer}")

    def publish(limit, status=400, **rest):
        breach(limit, status, "publishEvents", **rest)

    def nested(depth):
        return json.loads("[" * depth + "]" * depth)

    def headers(count):
        return {**event("a", 1), "headers": {f"h{number}": "v" for number in range(count)}}

    def padded(size):
        """An event of this many bytes of key, type and data."""
        empty = event("a", "")
        return event("a", "x" * (size - len(empty["key"]) - len(empty["type"]) - len('""')))

    depth, size = limits["data_depth"], limits["event_bytes"]
    count, key_bytes = limits["headers_per_event"], limits["key_bytes"]["max"]
    check.call("publishEvents", 200, stream=stream, body=event("a", nested(depth)))
    check.call("publishEvents", 200, stream=stream, body=headers(count))
    check.call("publishEvents", 200, stream=stream, body=padded(size))
    check.call("publishEvents", 200, stream=stream, body=event("k" * key_bytes, 1))
    publish(depth, body=event("a", nested(depth + 1)))
    publish(count, body=headers(count + 1))
    publish(size, 413, body=padded(size + 1))
    publish(key_bytes, body=event("k" * (key_bytes + 1), 1))
    publish(limits["type_bytes"]["max"], body={**event("a", 1), "type": "t" * 256})
    publish(limits["events_per_publish"], body=[event("a", 1)] * 10_001)
    publish(limits["body_bytes"], 413, body=b" " * (limits["body_bytes"] + 1))
    packed = gzip.compress(b" " * (limits["body_bytes"] + 1))
    publish(limits["body_bytes"], 413, body=packed, content_encoding="gzip")
    long = {"Idempotency-Key": "x" * 256}
    publish(limits["idempotency_key_bytes"]["max"], body=event("a", 1), headers=long)
    most = limits["page_entries"]["max"]
    breach(most, 400, "listCompacted", query={"limit": most + 1})
    many = {"stream_id": "api-check-many"}
    most = limits["partitions"]["max"]
    breach(most, 400, "createStream", body={**many, "partition_count": most + 1})
    most = limits["retention_hours"]["max"]
    breach(most, 400, "createStream", body={**many, "retention_hours": most + 1})
    breach(limits["name_bytes"], 400, "createStream", body={"stream_id": "s" * 250})


def exercise_compaction(check, stream):
    check.call("compactStream", 200, stream=stream)
    check.every_page("listCompacted", "events", ["order-1", "a/b c"], "key", stream=stream)
    for key in ("order-1", "a/b c"):
        found = check.call("getCompacted", 200, stream=stream, key=key)
        check.expect(found.get("key") == key, f"looking up {key!r} found {found.get('key')!r}")
        asked = check.call("listCompacted", 200, stream=stream, query={"key": key})
        check.expect(asked == found, f"?key={key} and the path differ")
    check.call("getCompacted", 404, stream=stream, key="gone", code="key_not_found")
    check.call("listCompacted", 404, stream="api-check-none", code="stream_not_found")
    plain = stream + "-plain"
    check.call("listCompacted", 409, stream=plain, code="compaction_disabled")
    check.call("getCompacted", 409, stream=plain, key="a", code="compaction_disabled")
    check.call("compactStream", 409, stream=plain, code="compaction_disabled")
    check.call("acceptTail", 200, stream=stream)
    check.call("acceptTail", 200, stream=plain)
    check.call("acceptTail", 404, stream="api-check-none", code="stream_not_found")


def exercise_filter(check, reader):
    kept = check.call("updateSubscription", 200, **reader, body={"filter": {"types": ["none"]}})
    check.expect(kept.get("filter") == {"types": ["none"]}, "a filter was not kept")
    page = check.call("poll", 200, **reader)
    check.expect(page.get("events") == [], "a filter let something pass that does not fit")
    described = check.call("updateSubscription", 200, **reader, body={"filter": None})
    check.expect("filter" not in described, "a filter was not removed")
    for body in ({}, {"filter": {}}, {"filter": {"types": []}}, {"start_from": "latest"}):
        check.call("updateSubscription", 400, **reader, body=body, code="validation_error")


def exercise_members(check, reader):
    page = check.call("poll", 200, **reader, query={"member": "m", "session": 60})
    share = page.get("member", {})
    check.expect(share.get("assigned"), "the only member of a group holds no partition")
    check.expect(share.get("session") == 60, "a poll with session=60 answered another session")
    plain = check.call("poll", 200, **reader)
    check.expect("member" not in plain, "a poll without a member answered one")
    check.call("commit", 200, **reader, body={"cursor": page.get("cursor", "none")})
    check.call("heartbeat", 200, **reader, member="m2", body={})
    listed = check.call("listMembers", 200, **reader)
    names = [member.get("name") for member in listed.get("members", [])]
    check.expect(names == ["m", "m2"], "a group of m and m2 was listed otherwise")
    described = check.call("describeSubscription", 200, **reader)
    check.expect(described.get("members") == 2, "a group of two was counted otherwise")
    for query in ({"session": 60}, {"member": "a b"}, {"member": "m", "session": 9}):
        check.call("poll", 400, **reader, query=query, code="validation_error")
    check.call("heartbeat", 400, **reader, member="m", body={"session": 301}, code="validation_error")
    for member in ("m", "m2", "m2"):
        check.call("leave", 200, **reader, member=member)


def exercise_delivery(check, stream):
    reader = {"stream": stream, "subscription": "worker"}
    delivery = {"mode": "events", "ack_wait": 60, "backoff": [0], "max_deliveries": None}
    body = {"subscription_id": "worker", "start_from": "earliest", "delivery": delivery}
    made = check.call("createSubscription", 201, stream=stream, body=body)
    kept = {name: made.get("delivery", {}).get(name) for name in delivery}
    check.expect(kept == delivery, f"a delivery was not kept: {kept}")

    def place(event):
        return {"partition": event["partition"], "offset": event["offset"]}

    def where(event):
        return {name: str(number) for name, number in place(event).items()}

    named = {"limit": 2, "consumer": "check", "attempt": "check-1"}
    page = check.call("receive", 200, **reader, body=named)
    events = page.get("events", [])
    check.expect(len(events) == 2, "a receive with limit=2 did not give 2 events")
    again = check.call("receive", 200, **reader, body=named)
    same = (again.get("lease"), len(again.get("events", []))) == (page.get("lease"), 2)
    check.expect(same, "a repeated attempt gave another lease or other events")
    described = check.call("describeSubscription", 200, **reader)
    held = described.get("delivery", {}).get("held")
    check.expect(held == 2, f"of 2 events that are held, {held} were counted")
    first, second = events
    lease = {"lease": page.get("lease", "none")}
    failed = {**lease, "nack": [{**place(second), "delay": 0.5, "reason": "check"}], "extend": 60}
    done = check.call("acknowledge", 200, **reader, body=failed)
    # The other one of the two is still held.
    expected = {"acknowledged": 0, "not_held": [], "held": 1}
    check.expect(done == expected, f"a nack did more: {done}")
    rejected = {**lease, "reject": [{**place(first), "reason": "check"}]}
    check.call("acknowledge", 200, **reader, body=rejected)
    late = check.call("acknowledge", 200, **reader, body={**lease, "ack": [place(first)]})
    reasons = [event.get("why") for event in late.get("not_held", [])]
    check.expect(reasons == ["finished"], f"a rejected event is held: {late}")
    check.expect(late.get("held") == 0, f"a lease holds what is finished: {late}")
    exercise_parked(check, reader, first, place, where)

    again = check.call("receive", 200, **reader, body={"wait": 5, "limit": 1000})
    both = {"lease": again.get("lease", "none"), "ack": "all"}
    along = check.call("receive", 200, **reader, body={"ack": both})
    acknowledged = along.get("acknowledged", {}).get("acknowledged")
    check.expect(acknowledged == len(again.get("events", [])), f"not all sent along: {along}")
    for operation, body in [
        ("receive", {"wait": 21}),
        ("receive", {"limit": 0}),
        ("acknowledge", lease),
        ("replayParked", {}),
        ("updateSubscription", {"delivery": {"order": "none"}}),
    ]:
        check.call(operation, 400, **reader, body=body, code="validation_error")
    check.call("acknowledge", 400, **reader, body={**both, "lease": "x"}, code="invalid_lease")
    check.call("poll", 409, **reader, code="wrong_delivery_mode")
    check.call("updateSubscription", 200, **reader, body={"delivery": {"mode": "cursor"}})
    check.call("receive", 409, **reader, body={}, code="wrong_delivery_mode")
    check.call("deleteSubscription", 200, **reader)


def exercise_parked(check, reader, event, place, where):
    offset = str(event["offset"])
    check.every_page("listParked", "parked", [event["offset"]], "offset", **reader)
    parked = check.call("getParked", 200, **reader, **where(event))
    check.expect(parked.get("event", {}).get("data") == event["data"], f"not the same: {parked}")
    asked = {"events": [place(event)]}
    done = check.call("replayParked", 200, **reader, body=asked)
    check.expect(done == {"replayed": 1, "not_parked": [], "left": 0}, f"a replay did {done}")
    check.call("discardParked", 409, **reader, **where(event), code="replaying")
    by_hand = {**place(event), "reason": "check"}
    check.call("park", 201, **reader, body=by_hand)
    check.call("park", 409, **reader, body=by_hand, code="not_open")
    check.call("discardParked", 200, **reader, **where(event))
    check.call("discardParked", 404, **reader, **where(event), code="parked_not_found")
    nowhere = {"partition": "99", "offset": offset}
    check.call("getParked", 404, **reader, **nowhere, code="partition_not_found")


def exercise_subscriptions(check, stream):
    def create(*statuses, name="reader", start=None, code=None, on=stream):
        body = {"subscription_id": name, **({} if start is None else {"start_from": start})}
        return check.call("createSubscription", *statuses, stream=on, body=body, code=code)

    reader = {"stream": stream, "subscription": "reader"}
    create(201, start="earliest")
    create(409, start="earliest", code="subscription_already_exists")
    create(201, name="later")
    create(201, name="boot", start="compacted")
    create(201, name="timed", start={"timestamp": "2026-01-01T00:00:00Z"})
    create(201, name="placed", start={"offsets": {"0": 1}})
    create(400, name="bad name", code="invalid_subscription_id")
    create(400, name="ahead", start={"offsets": {"0": 99999}}, code="validation_error")
    create(400, name="odd", start="sometime", code="validation_error")
    create(404, on="api-check-none", code="stream_not_found")
    create(409, start="compacted", on=stream + "-plain", code="compaction_disabled")
    names = ["boot", "later", "placed", "reader", "timed"]
    check.every_page("listSubscriptions", "subscriptions", names, "subscription_id", stream=stream)
    described = check.call("describeSubscription", 200, **reader)
    check.expect(described.get("lag"), "a subscription from the earliest event on lags by none")
    check.expect(described.get("lag_seconds", -1) >= 0, "its oldest event has no age")

    page = check.call("poll", 200, **reader, query={"limit": 2})
    check.expect(len(page.get("events", [])) == 2, "a poll with limit=2 did not give 2 events")
    cursor = page.get("cursor", "none")
    on = check.call("poll", 200, **reader, query={"cursor": cursor, "wait": "0.1"})
    check.call("commit", 200, **reader, body={"cursor": on.get("cursor", "none")})
    check.call("commit", 200, **reader, body={"cursor": cursor})
    boot = check.call("poll", 200, stream=stream, subscription="boot")
    check.expect(
        boot.get("events") and all(event.get("snapshot") for event in boot["events"]),
        "a bootstrapping poll gave events without snapshot",
    )
    check.call("describeSubscription", 200, stream=stream, subscription="boot")
    for wait in ("21", "-1", "x"):
        check.call("poll", 400, **reader, query={"wait": wait}, code="validation_error")
    check.call("poll", 400, **reader, query={"cursor": "bad"}, code="invalid_cursor")
    foreign = {"cursor": boot.get("cursor", "none")}
    check.call("commit", 400, **reader, body=foreign, code="invalid_cursor")
    check.call("commit", 400, **reader, body={}, code="validation_error")

    exercise_filter(check, reader)
    exercise_members(check, reader)
    for to in ("earliest", "latest", "compacted", {"offsets": {"0": 0}}):
        check.call("seek", 200, **reader, body={"to": to})
    check.call("seek", 400, **reader, body={"to": 3}, code="validation_error")
    old = {"cursor": cursor}
    check.call("commit", 409, **reader, body=old, code="cursor_superseded")
    check.call("poll", 409, **reader, query=old, code="cursor_superseded")

    none = {"stream": stream, "subscription": "none"}
    for operation, body in [
        ("describeSubscription", None),
        ("deleteSubscription", None),
        ("poll", None),
        ("commit", old),
        ("seek", {"to": "earliest"}),
    ]:
        check.call(operation, 404, **none, body=body, code="subscription_not_found")
    check.call("deleteSubscription", 200, **reader)
    exercise_delivery(check, stream)
    exercise_webhook(check, stream)


def exercise_webhook(check, stream):
    hook = {"stream": stream, "subscription": "hook"}
    # A name that nobody can have (RFC 2606): nothing is sent.
    webhook = {"url": "https://eventledger.invalid/hook", "concurrency": 1, "timeout": 5}
    body = {"subscription_id": "hook", "webhook": webhook}
    made = check.call("createSubscription", 201, 400, stream=stream, body=body)
    check.has_webhooks = "webhook" in made
    if not check.has_webhooks:
        return
    kept = {name: made["webhook"].get(name) for name in webhook}
    check.expect(kept == webhook, f"a webhook was not kept: {kept}")
    check.expect(made["webhook"].get("state") == "pending", "a new webhook is not pending")
    verified = check.call("verifyWebhook", 200, **hook)
    check.expect(verified.get("state") == "pending", f"nobody was verified: {verified}")
    secret = check.call("rotateWebhookSecret", 200, **hook).get("secret")
    check.expect(secret != made["webhook"].get("secret"), "a rotation made no other secret")
    check.call("resumeWebhook", 200, **hook)
    described = check.call("describeSubscription", 200, **hook)
    check.expect("secret" not in described.get("webhook", {}), "a description shows a secret")
    for url in ("http://example.com/", "https://10.0.0.1/", "https://example.com:8443/"):
        change = {"webhook": {"url": url}}
        check.call("updateSubscription", 400, **hook, body=change, code="webhook_url_refused")
    check.call("updateSubscription", 400, **hook, body={"webhook": {}}, code="validation_error")
    check.call("updateSubscription", 200, **hook, body={"webhook": None})
    check.call("verifyWebhook", 404, **hook, code="webhook_not_found")
    check.call("deleteSubscription", 200, **hook)


def exercise_keys(check, stream):
    if check.key is None:
        check.call("listKeys", 409, code="keys_disabled")
        check.call("createKey", 409, body={"name": "x", "scopes": []}, code="keys_disabled")
        check.call("revokeKey", 409, key_id="0" * 16, code="keys_disabled")
        return
    scope = {"actions": ["publish"], "streams": stream}
    new = {"name": stream, "scopes": [scope], "expires_at": "2999-01-01T00:00:00Z"}
    made = check.call("createKey", 201, body=new)
    holder = {"Authorization": f"Bearer {made.get('key')}"}
    check.every_page("listKeys", "keys", [made.get("key_id")], "key_id")
    one = event("order-1", 1)
    check.call("publishEvents", 200, body=one, stream=stream, headers=holder)
    check.call("readEvents", 403, stream=stream, headers=holder, code="forbidden")
    check.call("describeStream", 403, stream=stream + "x", headers=holder, code="forbidden")
    check.call("listKeys", 403, headers=holder, code="forbidden")
    check.call("metrics", 403, headers=holder, code="forbidden")
    check.call("createKey", 400, body={"name": "x", "scopes": []}, code="validation_error")
    for value in ("", "Bearer", "Bearer elk_", f"Basic {made.get('key')}"):
        nobody = {"Authorization": value}
        for operation in ("listStreams", "listKeys", "metrics"):
            check.call(operation, 401, headers=nobody, code="unauthorized")
        check.call("health", 200, headers=nobody)
    check.call("revokeKey", 200, key_id=made.get("key_id", ""))
    check.call("revokeKey", 404, key_id=made.get("key_id", ""), code="api_key_not_found")
    check.call("publishEvents", 401, body=one, stream=stream, headers=holder, code="unauthorized")


def exercise_outside(check, stream):
    """What no operation documents: other paths and methods."""
    check.call_outside("GET", "/no-such-path", 404, "not_found")
    check.call_outside("GET", "/streams/a/b/c/d", 404, "not_found")
    for path, item in check.document["paths"].items():
        target = path.format(
            stream=stream,
            partition="0",
            subscription="reader",
            member="m",
            offset="0",
            key="order-1",
            key_id="0" * 16,
        )
        allow = check.call_outside("PUT", target, 405, "method_not_allowed").get("allow", "")
        taken = {method.upper() for method in item if method != "parameters"}
        listed = {method.strip() for method in allow.split(",")}
        taken |= {"HEAD"} if "GET" in taken else set()
        check.expect(listed == taken, f"PUT {target}: Allow is {allow!r}, not {taken}")


def exercise_protocol(check):
    """What the server refuses before it looks at the path."""

    def refused(status, code, line="GET /health HTTP/1.1", *headers):
        check.call_raw("\r\n".join([line, "Host: localhost", *headers, "", ""]), status, code)

    refused(400, "malformed_request", "GET /health HTTP/1.1", "no colon")
    refused(413, "payload_too_large", "POST /streams HTTP/1.1", f"Content-Length: {2**40}")
    refused(414, "uri_too_long", f"GET /health?{'a' * 9000} HTTP/1.1")
    refused(417, "expectation_failed", "GET /health HTTP/1.1", "Expect: tea")
    refused(431, "headers_too_large", "GET /health HTTP/1.1", *(f"h{n}: a" for n in range(200)))
    coding = "Transfer-Encoding: gzip, chunked"
    refused(501, "unsupported_transfer_encoding", "POST /streams HTTP/1.1", coding)
    refused(505, "http_version_not_supported", "GET /health HTTP/2.5")


def event(key, data):
    return {"key": key, "type": "check.made", "data": data}


# How it is checked.


class Check:
    def __init__(self, url, document, key):
        self.key = key
        # Where nothing is sent, there are none.
        self.has_webhooks = False
        self.address = urlsplit(url)
        self.document = document
        self.operations = {
            operation["operationId"]: (method.upper(), path)
            for path, item in document["paths"].items()
            for method, operation in item.items()
            if method != "parameters"
        }
        resource = Resource(contents=document, specification=DRAFT202012)
        self.registry = Registry().with_resource("openapi.json", resource)
        self.problems = []
        self.good = set()
        self.codes = set()
        self.calls = 0

    def wait_for_server(self):
        for _ in range(50):
            try:
                self.send("GET", "/health", None, {})
                return
            except ConnectionError:
                time.sleep(0.1)
        sys.exit(f"check-live-api: no server at {self.address.geturl()}")

    def call(
        self,
        operation,
        *statuses,
        query=None,
        body=None,
        headers=None,
        content_type=JSON,
        content_encoding=None,
        code=None,
        **values,
    ):
        """Calls an operation and gives the answer's body; {} when it is no JSON object."""
        method, path = self.operations[operation]
        target = path
        for name, value in values.items():
            safe = "/" if name == "key" else ""
            target = target.replace("{" + name + "}", quote(value, safe=safe))
        if query:
            target += "?" + urlencode(query, quote_via=quote)
        headers = dict(headers or {})
        if body is not None:
            headers["Content-Type"] = content_type
        if content_encoding:
            headers["Content-Encoding"] = content_encoding
        where = f"{method} {target[:120]}"
        status, answer_headers, text = self.send(method, target, body, headers)
        self.expect(status in statuses, f"{where}: {status} instead of {statuses}: {text[:300]!r}")
        answer = self.check_answer(method, path, where, status, answer_headers, text)
        if status < 400 and body is not None and not isinstance(body, bytes):
            pointer = ["paths", path, method.lower(), "requestBody", "content", JSON, "schema"]
            self.check_schema(pointer, f"{where}: the body taken", body)
        if status >= 400:
            self.expect(code in (None, answer.get("error")), f"{where}: {answer} is not {code}")
        return answer

    def check_answer(self, method, path, where, status, headers, text):
        pointer = ["paths", path, method.lower(), "responses"]
        documented = self.find(pointer)
        if str(status) not in documented:
            self.expect(False, f"{where}: status {status} is not documented")
            return {}
        if status < 400:
            self.good.add((method, path))
        return self.check_response(pointer + [str(status)], where, status, headers, text)

    def call_outside(self, method, target, status, code):
        where = f"{method} {target}"
        got, headers, text = self.send(method, target, None, {})
        if self.expect(got == status, f"{where}: {got} instead of {status}: {text[:300]!r}"):
            self.check_response(["components", "responses", code], where, status, headers, text)
        return headers

    def call_raw(self, request, status, code):
        """Sends bytes that no HTTP library would send."""
        method, target = request.split(" ")[:2]
        where = f"raw {request[:60]!r}"
        self.calls += 1
        with socket.create_connection((self.address.hostname, self.address.port), 30) as connection:
            connection.sendall(request.encode())
            response = http.client.HTTPResponse(connection)
            response.begin()
            headers = {name.lower(): value for name, value in response.getheaders()}
            text = response.read().decode()
        self.expect(response.status == status, f"{where}: {response.status}: {text[:300]!r}")
        path = target.split("?")[0]
        answer = self.check_answer(method, path, where, response.status, headers, text)
        self.expect(answer.get("error") == code, f"{where}: {answer} is not {code}")

    def check_response(self, pointer, where, status, headers, text):
        """Headers, content type and body against the response at a place in the document."""
        pointer, response = self.follow(pointer)
        for name in response.get("headers", {}):
            _, header = self.follow([*pointer, "headers", name])
            if header.get("required"):
                self.expect(name.lower() in headers, f"{where}: {status} without {name}")
        if "retry-after" in headers:
            after = headers["retry-after"]
            self.expect(after.isdigit(), f"{where}: Retry-After is {after!r}")
        self.expect(headers.get("date", "").endswith(" GMT"), f"{where}: {status} without a date")
        kept = "max-age=300" if where == "GET /openapi.json" else "no-store"
        self.expect(headers.get("cache-control") == kept, f"{where}: {status} is not {kept}")
        media = headers.get("content-type", "").split(";")[0].strip().lower()
        if not self.expect(media in response["content"], f"{where}: content type is {media!r}"):
            return {}
        if media != JSON:
            return {}
        try:
            answer = json.loads(text)
        except ValueError as error:
            self.expect(False, f"{where}: not JSON: {error}")
            return {}
        self.check_schema(pointer + ["content", media, "schema"], f"{where}: {status}", answer)
        if isinstance(answer, dict) and status >= 400:
            self.codes.add(answer.get("error"))
        return answer if isinstance(answer, dict) else {}

    def check_schema(self, pointer, where, value):
        fragment = "/".join(part.replace("~", "~0").replace("/", "~1") for part in pointer)
        schema = {"$ref": "openapi.json#/" + quote(fragment, safe="/~")}
        validator = Draft202012Validator(
            schema, registry=self.registry, format_checker=FormatChecker()
        )
        for error in validator.iter_errors(value):
            self.expect(False, f"{where} {error.json_path}: {error.message[:300]}")

    def every_page(self, operation, member, expected, name, **values):
        """Reads a list in pages of one and checks that it has the entries expected, each once."""
        found = []
        tokens = set()
        query = {"limit": 1}
        while True:
            page = self.call(operation, 200, query=query, **values)
            found += [entry.get(name) for entry in page.get(member, [])]
            token = page.get("next")
            if token is None or not self.expect(token not in tokens, f"{operation}: a loop"):
                break
            tokens.add(token)
            query["next"] = token
        missing = [entry for entry in expected if found.count(entry) != 1]
        self.expect(not missing, f"{operation}: not listed exactly once: {missing}")

    def every_operation_answered(self):
        for operation, (method, path) in self.operations.items():
            tags = self.find(["paths", path, method.lower(), "tags"])
            if "keys" in tags and self.key is None:
                continue
            if "webhooks" in tags and not self.has_webhooks:
                continue
            if (method, path) not in self.good:
                self.expect(False, f"{operation}: never answered well")

    def expect(self, condition, problem):
        if not condition:
            self.problems.append(problem)
            print(f"FAILED {problem}", file=sys.stderr)
        return condition

    def report(self):
        known = set(self.find(["components", "schemas", "ErrorCode", "enum"]))
        print(f"{self.calls} calls, {len(self.good)} operations, {len(self.problems)} problems")
        print(f"error codes seen: {', '.join(sorted(self.codes & known))}")
        print(f"not provoked: {', '.join(sorted(known - self.codes))}")
        return 1 if self.problems else 0

    # The document

    def find(self, pointer):
        value = self.document
        for part in pointer:
            value = value[part]
        return value

    def follow(self, pointer):
        value = self.find(pointer)
        while "$ref" in value:
            pointer = value["$ref"].removeprefix("#/").split("/")
            value = self.find(pointer)
        return pointer, value

    # The wire

    def send(self, method, target, body, headers):
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if self.key is not None:
            headers = {"Authorization": f"Bearer {self.key}", **headers}
        self.calls += 1
        secure = self.address.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(self.address.netloc, timeout=60)
        try:
            connection.connect()
            try:
                target = self.address.path.rstrip("/") + target
                connection.request(method, target, body=body, headers=headers)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before the body was read; the answer is there all the same
            answer = connection.getresponse()
            answer_headers = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, answer_headers, answer.read().decode()
        finally:
            connection.close()


if __name__ == "__main__":
    main()
