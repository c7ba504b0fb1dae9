"""A table's stream: one shard that keeps every record, and the API that reads it."""

import secrets
import time

from .errors import TableError, invalid

LARGEST_PAGE = 1000  # records of one answer
PAGE_BYTES = 1024 * 1024
FIRST = 10 ** 20  # sequence numbers are texts of one length


class Stream:
    def __init__(self, description, region):
        self.arn, self.region = description["LatestStreamArn"], region
        self.label, self.table = description["LatestStreamLabel"], description["TableName"]
        self.view = description["StreamSpecification"]["StreamViewType"]
        self.schema, self.made = description["KeySchema"], time.time()
        self.shard = f"shardId-{int(self.made * 1000):020d}-{secrets.token_hex(4)}"
        self.records = []

    def add(self, old, new):
        """Notes a change from one row to another; None: there is none. What changes nothing is none."""
        if (old and old.image) == (new and new.image):
            return
        kept = new or old
        change = {
            "ApproximateCreationDateTime": int(time.time()), "Keys": kept.key,
            "SequenceNumber": str(FIRST + len(self.records)), "StreamViewType": self.view,
            "SizeBytes": kept.size}
        if new and self.view in ("NEW_IMAGE", "NEW_AND_OLD_IMAGES"):
            change["NewImage"] = new.image
        if old and self.view in ("OLD_IMAGE", "NEW_AND_OLD_IMAGES"):
            change["OldImage"] = old.image
        name = "MODIFY" if old and new else "INSERT" if new else "REMOVE"
        self.records.append({
            "eventID": secrets.token_hex(16), "eventName": name, "eventVersion": "1.1",
            "eventSource": "aws:dynamodb", "awsRegion": self.region, "dynamodb": change})

    def describe(self):
        return {
            "StreamArn": self.arn, "StreamLabel": self.label, "StreamStatus": "ENABLED",
            "StreamViewType": self.view, "CreationRequestDateTime": self.made,
            "TableName": self.table, "KeySchema": self.schema,
            "Shards": [{
                "ShardId": self.shard,
                "SequenceNumberRange": {"StartingSequenceNumber": str(FIRST)}}]}

    def position(self, kind, sequence):
        """Where reading begins."""
        if kind == "TRIM_HORIZON":
            return 0
        if kind == "LATEST":
            return len(self.records)
        if kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER") and str(sequence).isdigit():
            return max(0, int(sequence) - FIRST + (kind == "AFTER_SEQUENCE_NUMBER"))
        raise invalid(f"no ShardIteratorType {kind}")

    def read(self, position, limit):
        """(records, the position after them): at most 1 MB, but one record at least."""
        found, size = [], 0
        for record in self.records[position:position + limit]:
            size += record["dynamodb"]["SizeBytes"]
            if found and size > PAGE_BYTES:
                break
            found.append(record)
        return found, position + len(found)


class StreamAPI:
    """DynamoDB Streams' calls; `streams()` gives those of the region."""

    def __init__(self, streams):
        self.streams = streams
        self.calls = {
            "ListStreams": self.list, "DescribeStream": self.describe,
            "GetShardIterator": self.iterator, "GetRecords": self.records}

    def find(self, arn, shard=None):
        for stream in self.streams():
            if stream.arn == arn and shard in (None, stream.shard):
                return stream
        raise TableError("ResourceNotFoundException", f"Requested resource not found: {arn}")

    def list(self, call):
        named = call.get("TableName")
        return {"Streams": [
            {"StreamArn": stream.arn, "StreamLabel": stream.label, "TableName": stream.table}
            for stream in self.streams() if named in (None, stream.table)]}

    def describe(self, call):
        return {"StreamDescription": self.find(call["StreamArn"]).describe()}

    def iterator(self, call):
        stream = self.find(call["StreamArn"], call["ShardId"])
        at = stream.position(call["ShardIteratorType"], call.get("SequenceNumber"))
        return {"ShardIterator": f"{stream.arn}|{at}"}

    def records(self, call):
        arn, _, at = call["ShardIterator"].rpartition("|")
        if not at.isdigit():
            raise invalid("Invalid ShardIterator")
        found, after = self.find(arn).read(int(at), min(call.get("Limit", 1000), LARGEST_PAGE))
        return {"Records": found, "NextShardIterator": f"{arn}|{after}"}
