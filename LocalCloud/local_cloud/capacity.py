"""What calls of DynamoDB cost, in its units, also where the call does not ask.

A write unit is 1 KB written, a read unit 4 KB read (strongly; eventually it is half of one), each
call rounded up, a transaction twice. Failed conditions cost as much as writes.
"""

import math

from .table.store import READ_UNIT, WRITE_UNIT
from .table.values import item_size


def write_units(item):
    return max(1, math.ceil(item_size(item) / WRITE_UNIT))


def read_units(items, consistent):
    units = max(1, math.ceil(sum(map(item_size, items)) / READ_UNIT))
    return units if consistent else units / 2


def units(operation, body, answer):
    """(read units, write units) of a call, by its request and its answer."""
    if operation == "GetItem":
        return read_units([answer.get("Item", {})], body.get("ConsistentRead")), 0
    if operation == "Query":
        return read_units(answer.get("Items", []), body.get("ConsistentRead")), 0
    if operation == "TransactWriteItems":
        parts = [part for entry in body["TransactItems"] for part in entry.values()]
        return 0, 2 * sum(write_units(part.get("Item") or part["Key"]) for part in parts)
    if operation == "BatchWriteItem":
        parts = [part for found in body["RequestItems"].values() for r in found
                 for part in r.values()]
        return 0, sum(write_units(part.get("Item") or part["Key"]) for part in parts)
    return 0, write_units(body.get("Item") or body.get("Key") or {})
