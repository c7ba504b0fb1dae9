"""The event source mapping: reads the table's stream and rings the function."""

import asyncio
import json
import random
import time
import uuid
import zlib
from datetime import datetime, timezone

from . import filters, http1
from .batches import BatchPlan, sequence
from .control_plane import DeploymentError
from .functions import Outcome, Throttled
from .iam import Call, allowed

POLL_PAUSE = 0.1  # seconds between reads of a shard without records
BACKOFF = (0.05, 1.0)  # seconds: first pause after a failure, longest one
READ = ("DescribeStream", "GetRecords", "GetShardIterator")
AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=local/20200101/{}/dynamodb/aws4_request, "
    "SignedHeaders=host, Signature=0")


class Streams:
    """DynamoDB Streams' API, as JSON: the records are handed on as they are."""

    def __init__(self, host, port, region):
        self.client = http1.Client(host, port)
        self.region, self.authorization = region, AUTHORIZATION.format(region)

    async def call(self, operation, **body):
        status, _, answer = await self.client.send("POST", "/", [
            ("host", f"streams.dynamodb.{self.region}.amazonaws.com"),
            ("authorization", self.authorization),
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", f"DynamoDBStreams_20120810.{operation}")], json.dumps(body).encode())
        if status != 200:
            raise ConnectionError(f"{operation}: {status} {answer[:200]!r}")
        return json.loads(answer)


class Lane:
    """One of the concurrent batches of a shard; records of an item stay in one lane."""

    def __init__(self, shard):
        self.shard, self.records = shard, []
        self.arrived, self.busy = asyncio.Event(), False


class Mapping:
    """One event source mapping at work."""

    def __init__(self, settings, pool, streams, documents, send_failure):
        self.settings, self.pool, self.streams = settings, pool, streams
        self.send_failure = send_failure
        self.patterns = [
            json.loads(f["Pattern"])
            for f in (settings.get("FilterCriteria") or {}).get("Filters", [])]
        self.lanes = {}  # by shard
        self.faults = {}  # "duplicate" | "reorder" | "drop": how many of the next batches
        self.counts = {"read": 0, "filtered": 0, "batches": 0, "failed": 0, "abandoned": 0}
        self.empty_reads = {}  # by shard: how many reads found nothing
        self.check(documents)

    @property
    def source(self):
        return self.settings["EventSourceArn"]

    def check(self, documents):
        """The function's role must let Lambda read the stream and send what failed."""
        wanted = [Call(f"dynamodb:{action}", self.source) for action in READ]
        if queue := self.queue():
            wanted.append(Call("sqs:SendMessage", queue))
        for call in wanted:
            if not allowed(documents, call):
                raise DeploymentError(f"{self.pool.function.name} may not {call.action}")

    def queue(self):
        """ARN of the on-failure queue, or None."""
        destination = (self.settings.get("DestinationConfig") or {}).get("OnFailure") or {}
        return destination.get("Destination")

    async def open(self):
        """Finds the stream's shards."""
        described = await self.streams.call("DescribeStream", StreamArn=self.source)
        shards = [shard["ShardId"] for shard in described["StreamDescription"]["Shards"]]
        for shard in shards:
            factor = self.settings.get("ParallelizationFactor") or 1
            self.lanes[shard] = [Lane(shard) for _ in range(factor)]
            self.empty_reads[shard] = 0

    async def run(self):
        """Reads the shards and serves the lanes until cancelled."""
        lanes = [lane for found in self.lanes.values() for lane in found]
        await asyncio.gather(*map(self.read, self.lanes), *map(self.serve, lanes))

    async def read(self, shard):
        answer = await self.streams.call(
            "GetShardIterator", StreamArn=self.source, ShardId=shard,
            ShardIteratorType=self.settings["StartingPosition"])
        iterator = answer["ShardIterator"]
        while iterator:
            answer = await self.streams.call("GetRecords", ShardIterator=iterator, Limit=1000)
            iterator = answer.get("NextShardIterator")
            for record in answer["Records"]:
                self.accept(record, self.lanes[shard])
            if not answer["Records"]:
                self.empty_reads[shard] += 1
                await asyncio.sleep(POLL_PAUSE)

    def accept(self, record, lanes):
        """Hands a record to its lane, unless the filter drops it."""
        self.counts["read"] += 1
        record = {**record, "eventSourceARN": self.source, "eventSource": "aws:dynamodb"}
        if self.patterns and not any(filters.matches(p, record) for p in self.patterns):
            self.counts["filtered"] += 1
            return
        item = json.dumps(record["dynamodb"]["Keys"], sort_keys=True).encode()
        lane = lanes[zlib.crc32(item) % len(lanes)]
        lane.records.append(record)
        lane.arrived.set()

    async def serve(self, lane):
        while True:
            await lane.arrived.wait()
            lane.busy = True
            await self.window(lane)
            size = self.settings["BatchSize"]
            batch, lane.records = lane.records[:size], lane.records[size:]
            if not lane.records:
                lane.arrived.clear()
            for records in self.distorted(batch):
                await self.deliver(records, lane.shard)
            lane.busy = False

    async def window(self, lane):
        """Waits until the batch is full or its window has passed."""
        end = time.monotonic() + (self.settings.get("MaximumBatchingWindowInSeconds") or 0)
        while len(lane.records) < self.settings["BatchSize"] and time.monotonic() < end:
            await asyncio.sleep(0.02)

    def distorted(self, batch):
        """The batch as the faults ordered by a test make it: batches of it, in order."""
        if self.take_fault("drop"):
            return []
        if self.take_fault("reorder"):
            batch = random.sample(batch, len(batch))
        return [batch, batch] if self.take_fault("duplicate") else [batch]

    def take_fault(self, kind):
        if not self.faults.get(kind):
            return False
        self.faults[kind] -= 1
        return True

    async def deliver(self, records, shard):
        """One batch, until it is done or given up."""
        plan, pause = BatchPlan(records, self.settings), BACKOFF[0]
        while (attempt := plan.next()) is not None:
            self.counts["batches"] += 1
            event = json.dumps({"Records": attempt}).encode()
            try:
                outcome = await self.pool.invoke(event, "stream")
            except Throttled:
                await asyncio.sleep(pause)
                continue
            before = len(plan.waiting)
            self.settle(plan, outcome)
            failed = bool(outcome.error) or (plan.waiting and len(plan.waiting) >= before)
            for abandoned in plan.take_abandoned():
                await self.give_up(abandoned, outcome, shard)
            if failed:
                self.counts["failed"] += 1
                await asyncio.sleep(pause)
                pause = min(pause * 2, BACKOFF[1])
        for abandoned in plan.take_abandoned():
            await self.give_up(abandoned, Outcome(b""), shard)

    def settle(self, plan, outcome):
        if outcome.error:
            plan.failed()
        else:
            plan.succeeded(outcome.payload)

    async def give_up(self, abandoned, outcome, shard):
        self.counts["abandoned"] += len(abandoned.records)
        if queue := self.queue():
            await self.send_failure(queue, json.dumps(self.failure(abandoned, outcome, shard)))

    def failure(self, abandoned, outcome, shard):
        """The message that Lambda sends to the on-failure destination."""
        first, last = abandoned.records[0], abandoned.records[-1]
        message = {
            "requestContext": {
                "requestId": str(uuid.uuid4()), "functionArn": self.pool.function.arn,
                "condition": abandoned.condition, "approximateInvokeCount": abandoned.tries},
            "version": "1.0", "timestamp": timestamp(time.time()),
            "DDBStreamBatchInfo": {
                "shardId": shard, "streamArn": self.source,
                "startSequenceNumber": sequence(first), "endSequenceNumber": sequence(last),
                "approximateArrivalOfFirstRecord": timestamp(arrival(first)),
                "approximateArrivalOfLastRecord": timestamp(arrival(last)),
                "batchSize": len(abandoned.records)},
        }
        if abandoned.tries:
            message["responseContext"] = {
                "statusCode": 200, "executedVersion": "$LATEST",
                "functionError": "Unhandled" if outcome.error else None}
        return message

    def quiet(self):
        """Whether every record that was read has been handled."""
        lanes = [lane for found in self.lanes.values() for lane in found]
        return bool(lanes) and not any(lane.records or lane.busy for lane in lanes)

    def reads_after(self, mark):
        """Whether each shard was found empty by a read that began after the mark was taken.

        The first one after the mark may have begun before it.
        """
        return bool(mark) and all(self.empty_reads[s] >= mark[s] + 2 for s in mark)


def arrival(record):
    return record["dynamodb"]["ApproximateCreationDateTime"]


def timestamp(seconds):
    at = datetime.fromtimestamp(seconds, timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
