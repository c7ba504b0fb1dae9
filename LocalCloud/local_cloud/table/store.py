"""One table: reads, and writes of one row, with what they cost in DynamoDB's units."""

import math

from .errors import condition_failed, conflict, invalid, not_served
from .expressions import Expression, KeyCondition
from .rows import Rows
from .streams import Stream
from .values import LARGEST_ITEM, Row, item_size, key_in, key_of

WRITE_UNIT, READ_UNIT = 1024, 4096
ALL_OLD = "ReturnValuesOnConditionCheckFailure"
COMMON = {"TableName", "ReturnConsumedCapacity"}
CONDITION = {
    "TableName", "ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues",
    ALL_OLD}
QUERY = COMMON | {
    "KeyConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues",
    "ExclusiveStartKey", "ScanIndexForward", "Limit", "ConsistentRead"}


def check_members(call, known):
    """A member that is not heeded is refused."""
    if unknown := set(call) - known:
        raise not_served(", ".join(sorted(unknown)))


def read_units(size, consistent):
    units = max(1, math.ceil(size / READ_UNIT))
    return units if consistent else units / 2


class Change:
    """What a write would do to one row: `row` None removes it; `is_check` leaves it."""

    def __init__(self, kind, call):
        check_members(call, CONDITION | COMMON | {"Item" if kind == "Put" else "Key"})
        self.call, self.is_check, self.row = call, kind == "ConditionCheck", None
        if kind == "Put":
            image = call.get("Item")
            if not isinstance(image, dict):
                raise invalid("Item is missing")
            self.place = key_in(image)
            self.row = Row(image)
            if self.row.size > LARGEST_ITEM:
                raise invalid("Item size has exceeded the maximum allowed size")
        else:
            self.place = key_of(call.get("Key"))
        text = call.get("ConditionExpression")
        if self.is_check and not text:
            raise invalid("A ConditionCheck needs a ConditionExpression")
        self.condition = Expression(text, call) if text else None

    def holds(self, old):
        return self.condition is None or self.condition.holds(old.image if old else {})

    def old_image(self, old):
        """The row in the way, where the call asks for it."""
        return old.image if old and self.call.get(ALL_OLD) == "ALL_OLD" else None

    def units(self, old):
        sizes = [row.size for row in (old, self.row) if row]
        size = max(sizes) if sizes else item_size(self.call.get("Key", {}))
        return max(1, math.ceil(size / WRITE_UNIT))


class Store:
    def __init__(self, description, region):
        self.name, self.rows = description["TableName"], Rows()
        self.locked = set()  # places that a transaction under way writes or checks
        self.stream = None
        self.follow(description, region)

    @staticmethod
    def serves(description):
        """Whether the table has the ledger's keys."""
        schema = {part["AttributeName"]: part["KeyType"] for part in description["KeySchema"]}
        return schema == {"PK": "HASH", "SK": "RANGE"}

    def follow(self, description, region):
        """Takes over from the description whether there is a stream."""
        wanted = (description.get("StreamSpecification") or {}).get("StreamEnabled")
        if not wanted:
            self.stream = None
        elif self.stream is None or self.stream.arn != description["LatestStreamArn"]:
            self.stream = Stream(description, region)

    def at(self, place):
        return self.rows.get(*place)

    def apply(self, change):
        if change.is_check:
            return
        if self.stream:
            self.stream.add(self.at(change.place), change.row)
        self.rows.put(*change.place, change.row)

    def answer(self, call, units, **members):
        if call.get("ReturnConsumedCapacity", "NONE") != "NONE":
            members["ConsumedCapacity"] = {"TableName": self.name, "CapacityUnits": units}
        return members

    def get(self, call):
        check_members(call, COMMON | {"Key", "ConsistentRead"})
        row = self.at(key_of(call.get("Key")))
        units = read_units(row.size if row else 0, call.get("ConsistentRead"))
        return self.answer(call, units, **({"Item": row.image} if row else {}))

    def write(self, kind, call, is_taken):
        """A put or a delete; `is_taken` says whether a transaction has the row."""
        change = Change(kind, call)
        if is_taken(change.place):
            raise conflict()
        old = self.at(change.place)
        if not change.holds(old):
            raise condition_failed(change.old_image(old))
        self.apply(change)
        return self.answer(call, change.units(old))

    def query(self, call):
        check_members(call, QUERY)
        condition = KeyCondition(call)
        after = None
        if (start := call.get("ExclusiveStartKey")) is not None:
            partition, after = key_of(start)
            if partition != condition.partition or not condition.covers(after):
                raise invalid("The provided starting key is outside query boundaries based on "
                              "provided conditions")
        found = self.rows.query(
            condition, after, call.get("ScanIndexForward", True), self.limit(call))
        return self.page(call, *found)

    def scan(self, call):
        check_members(call, COMMON | {"ExclusiveStartKey", "Limit", "ConsistentRead"})
        start = call.get("ExclusiveStartKey")
        return self.page(call, *self.rows.scan(start and key_of(start), self.limit(call)))

    @staticmethod
    def limit(call):
        limit = call.get("Limit")
        if limit is not None and (not isinstance(limit, int) or limit < 1):
            raise invalid("Limit must be greater than or equal to 1")
        return limit

    def page(self, call, rows, has_more):
        images = [row.image for row in rows]
        units = read_units(sum(row.size for row in rows), call.get("ConsistentRead"))
        members = {"Items": images, "Count": len(rows), "ScannedCount": len(rows)}
        if has_more:
            members["LastEvaluatedKey"] = rows[-1].key
        return self.answer(call, units, **members)
