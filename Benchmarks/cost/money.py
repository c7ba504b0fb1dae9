"""Dollars from units: each function gives those of a million events."""

import json
import math
from pathlib import Path

FOLDER = Path(__file__).parent
GB = 1024 ** 3
MILLION = 1_000_000


class Money:
    def __init__(self):
        known = json.loads((FOLDER / "prices.json").read_text())
        self.price = {name: entry["usd"] for name, entry in known["prices"].items()}
        self.assumed = {name: entry["value"] for name, entry in known["assumed"].items()}
        self.hours = known["hours_a_month"]
        self.known = known
        self.units = json.loads((FOLDER / "units.json").read_text())

    def writes(self, units):
        return units * self.price["dynamodb_write"]

    def reads(self, units):
        return units * self.price["dynamodb_read"]

    def invocations(self, count, milliseconds, log_bytes):
        """Lambda with its logs; `count` in millions."""
        seconds = milliseconds / 1000 * self.assumed["memory_gb"]
        logs = count * MILLION * (log_bytes + self.assumed["platform_log_bytes"]) / GB
        return (count * self.price["lambda_request"]
                + count * MILLION * seconds * self.price["lambda_compute"]
                + logs * self.price["logs"])

    def publish(self, batch, compressed=True):
        """{part: dollars} of a million events, published `batch` a call to one partition."""
        found, calls = self.units[str(batch)], 1 / batch
        kind = "chunk_units" if compressed else "chunk_units_uncompressed"
        log_bytes = found["publish"]["log_bytes"]
        return {
            "table": self.writes(calls * found[kind]),
            "gateway": calls * self.price["http_api"],
            "functions": self.invocations(
                calls, self.assumed["publish_milliseconds"], log_bytes)}

    def fold(self, batch):
        """Keeping the latest event of each key. Lambda reads the stream for nothing."""
        used = self.units[str(batch)]["fold"]
        log_bytes = used["log_bytes"] / used["invocations"]
        return {
            "table": self.writes(used["writes"]) + self.reads(used["reads"]),
            "functions": self.invocations(
                used["invocations"], self.assumed["fold_milliseconds"], log_bytes)}

    def consume(self, batch):
        """One subscriber that reads full pages and commits each."""
        used = self.units[str(batch)]["consume"]
        log_bytes = used["log_bytes"] / used["invocations"]
        return {
            "table": self.writes(used["writes"]) + self.reads(used["reads"]),
            "gateway": used["invocations"] * self.price["http_api"],
            "functions": self.invocations(
                used["invocations"], self.assumed["poll_milliseconds"], log_bytes)}

    def cursor(self, page):
        """The table's share where a page is polled and committed, by DynamoDB's rules."""
        return (self.reads(3 + self.log_reads(page) + 3) + self.writes(1)) / page

    def delivery(self, page, along):
        """The same where the events of a page are received and acknowledged one by one.

        A put costs by the larger of the row before and the row after it, so both of them cost by
        the row with the whole page in it. `along`: they are acknowledged by the next receive.
        """
        size = (self.assumed["delivery_row_bytes"] + self.assumed["delivery_lease_bytes"]
                + self.assumed["delivery_event_bytes"] * page)
        # The stream's row, the subscription's, and those of its positions.
        full, empty = 2 + math.ceil(size / 4096), 3
        log, put = self.log_reads(page), self.writes(math.ceil(size / 1024))
        if along:
            return (self.reads(full + log) + put) / page
        return (self.reads(empty + log + full) + 2 * put) / page

    def log_reads(self, page):
        """Read units of a page of the log, published a hundred events a call at most."""
        batch = min(page, 100)
        return math.ceil(self.units[str(batch)]["chunk_bytes"] * page / batch / 4096)

    def call(self):
        """A call through the gateway to the function `poll`, a million of them."""
        used = self.units["100"]["consume"]
        return self.price["http_api"] + self.invocations(
            1, self.assumed["poll_milliseconds"], used["log_bytes"] / used["invocations"])

    def event_bytes(self, batch, compressed=True):
        """Stored bytes an event, without what DynamoDB adds."""
        kind = "chunk_bytes" if compressed else "chunk_bytes_uncompressed"
        return self.units[str(batch)][kind] / batch

    def storage(self, batch, compressed=True):
        """Keeping a million events for the retention, with point-in-time recovery."""
        size = self.event_bytes(batch, compressed) + self.assumed["item_overhead_bytes"] / batch
        price = self.price["dynamodb_storage"] + self.price["dynamodb_backup"]
        return size * MILLION / GB * self.months() * price

    def months(self):
        return self.assumed["retention_days"] * 24 / self.hours

    def ledger(self, batch, http=True):
        """Publish, one subscriber and storage; without `http`, the table alone."""
        parts = {}
        for found in (self.publish(batch), self.consume(batch)):
            for name, usd in found.items():
                parts[name] = parts.get(name, 0) + usd
        sent = sum(parts.values()) if http else parts["table"]
        return sent + self.storage(batch)


class Others:
    """What others charge for a month at a rate of events a second, with one reader."""

    def __init__(self, money):
        self.money, self.price, self.hours = money, money.price, money.hours
        # As sent: key, type and data, without what our chunks add.
        self.bytes = money.event_bytes(100, compressed=False)

    def millions(self, rate):
        return rate * self.hours * 3600 / MILLION

    def gigabytes(self, rate, size):
        return self.millions(rate) * MILLION * size / GB

    def record_bytes(self, batch):
        """Bytes billed an event when a record holds `batch` events."""
        return math.ceil(self.bytes * batch / 1024) * 1024 / batch

    def kinesis_on_demand(self, rate, batch):
        billed = self.gigabytes(rate, self.record_bytes(batch))
        read = self.gigabytes(rate, self.bytes)
        kept = read * (self.money.assumed["retention_days"] - 1) * 24 / self.hours
        return (self.hours * self.price["kinesis_stream"] + billed * self.price["kinesis_in"]
                + read * self.price["kinesis_out"] + kept * self.price["kinesis_retention"])

    def kinesis_provisioned(self, rate, batch):
        shards = max(1, math.ceil(max(rate / batch / 1000, rate * self.bytes / 1024 ** 2)))
        puts = self.millions(rate) / batch * math.ceil(self.bytes * batch / (25 * 1024))
        hourly = self.price["shard"] + self.price["shard_retention"]
        return shards * self.hours * hourly + puts * self.price["shard_put"]

    def msk_serverless(self, rate, partitions=3):
        sent = self.gigabytes(rate, self.bytes)
        return (self.hours * (self.price["msk_cluster"]
                              + partitions * self.price["msk_partition"])
                + sent * (self.price["msk_in"] + self.price["msk_out"])
                + sent * self.money.months() * self.price["msk_storage"])
