"""Measures on a running local cloud what publishing, folding and polling take."""

import base64
import json
import math
import os
import random
import secrets
import struct
import urllib.request
from pathlib import Path

import boto3
from local_cloud.table.values import item_size

# Events a publish call: how many calls of it.
CALLS = {1: 300, 10: 100, 100: 30}
WORDS = ("alpha", "bravo", "delta", "gamma", "kappa", "omega", "sigma", "theta")
PAGE = 1000  # events a poll
FOLDED = 200  # events between two waits for the fold
PATIENCE = 300  # seconds for the stream to be drained


def event(numbers):
    """Like the benchmarks' events: JSON data of about 150 bytes, about 200 with its key and type."""
    note = " ".join(f"{numbers.choice(WORDS)}{numbers.randint(100, 999)}" for _ in range(9))
    return {
        "key": f"order-{numbers.randint(1, 10000)}", "type": "order.line.added",
        "data": {
            "order": numbers.randint(1, 1000000), "sku": f"S-{numbers.randint(1, 99999):05d}",
            "quantity": numbers.randint(1, 20), "price": round(numbers.random() * 1000, 2),
            "note": note}}


class Cloud:
    def __init__(self, state):
        self.addresses = json.loads(state.read_text())

    def call(self, path, body=None, base="api_url", method=None):
        content = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        request = urllib.request.Request(
            self.addresses[base] + path, content,
            {"Content-Type": "application/json",
             "Authorization": f"Bearer {self.addresses['api_key']}"},
            method=method)
        with urllib.request.urlopen(request, timeout=2 * PATIENCE) as answer:
            return json.loads(answer.read() or b"null")

    def drain(self):
        self.call("/drain", {"timeout": PATIENCE}, base="control_url")

    def state(self, function):
        """(its full name, what the control endpoint knows of all)."""
        found = self.call("/invocations", base="control_url")
        return next(n for n in found["invoked"] if n.endswith(f"-{function}")), found

    def settle(self, function):
        """Waits until the function's instances are idle, so that the next call starts no other."""
        while True:
            name, found = self.state(function)
            if found["idle"][name] == found["instances"][name]:
                return

    def used(self, function):
        """What a function has used so far: units, invocations, bytes of its own logs."""
        name, found = self.state(function)
        units = found["table_units"].get(name, {"read": 0, "write": 0})
        log = Path(self.addresses["logs"]) / f"{name}.log"
        return {
            "reads": units["read"], "writes": units["write"],
            "invocations": found["invoked"][name], "log_bytes": log.stat().st_size}

    def during(self, function, work):
        """What a function uses while the work is done, and the stream drained."""
        self.drain()
        before = self.used(function)
        work()
        self.drain()
        after = self.used(function)
        return {key: after[key] - before[key] for key in after}

    def chunks(self):
        """Every chunk in the table, by its stream's and partition's key."""
        client = boto3.client(
            "dynamodb", region_name=self.addresses["region"],
            endpoint_url=self.addresses["aws_url"], aws_access_key_id="local",
            aws_secret_access_key="local")
        table, = client.list_tables()["TableNames"]
        # Read as JSON: boto3 would turn binaries into bytes, which have no size of their own here.
        pages = client.get_paginator("scan").paginate(TableName=table)
        rows = [row for page in pages for row in page["Items"]]
        return [
            row for row in rows if row["PK"]["S"].startswith("LOG#") and "b" in row]


def as_sent(row):
    """A row of boto3 as DynamoDB's JSON."""
    return {
        name: {kind: base64.b64encode(v).decode() if kind == "B" else v}
        for name, value in row.items() for kind, v in value.items()}


def sizes(row):
    """(stored bytes, bytes had it not been compressed) of a chunk."""
    stored, batch = item_size(as_sent(row)), row["b"]["B"]
    payload = struct.unpack_from("<I", batch, 24)[0]
    return stored, stored - (len(batch) - 32) + payload


def measure_batch(cloud, batch, calls):
    stream, numbers = f"cost-{batch}-{secrets.token_hex(4)}", random.Random(batch)
    known = {row["PK"]["S"] for row in cloud.chunks()}
    cloud.call("/streams", {"stream_id": stream, "partition_count": 1})

    def publish(times=calls):
        for call in range(times):
            events = [event(numbers) for _ in range(batch)]
            cloud.settle("publish")
            cloud.call(f"/streams/{stream}/events", {"events": events})
            if call % max(1, FOLDED // batch) == 0:
                cloud.drain()

    publish(1)  # which finds the tail
    folded = {}

    def publish_and_note():
        folded.update(cloud.during("compactor", publish))

    published = cloud.during("publish", publish_and_note)
    rows = [sizes(row) for row in cloud.chunks() if row["PK"]["S"] not in known]
    events = calls * batch
    return {
        "events": events,
        "chunk_bytes": mean(stored for stored, _ in rows),
        "chunk_bytes_uncompressed": mean(plain for _, plain in rows),
        "chunk_units": mean(math.ceil(stored / 1024) for stored, _ in rows),
        "chunk_units_uncompressed": mean(math.ceil(plain / 1024) for _, plain in rows),
        "publish": per(published, calls), "fold": per(folded, events),
        "consume": per(consume(cloud, stream), events + batch)}


def consume(cloud, stream):
    path = f"/streams/{stream}/subscriptions"
    cloud.call(path, {"subscription_id": "reader", "start_from": "earliest"})

    def work():
        while True:
            page = cloud.call(f"{path}/reader/poll?limit={PAGE}")
            cloud.call(f"{path}/reader/commit", {"cursor": page["cursor"]})
            if page["caught_up"]:
                return

    return cloud.during("poll", work)


def mean(values):
    values = list(values)
    return round(sum(values) / len(values), 2)


def per(used, count):
    """By event or call, rounded to four digits."""
    return {key: float(f"{value / count:.4g}") for key, value in used.items()}


def measure(state):
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    cloud = Cloud(state)
    return {str(batch): measure_batch(cloud, batch, calls) for batch, calls in CALLS.items()}
