"""Calls that write several rows: transactions, all or nothing, and batches, one by one."""

import asyncio
import hashlib
import json
import time
from collections import OrderedDict

from .errors import TableError, invalid, not_served
from .store import Change, check_members

LARGEST, LARGEST_BYTES = 100, 4 * 1024 * 1024
LARGEST_BATCH, LARGEST_BATCH_BYTES = 25, 16 * 1024 * 1024
REMEMBERED = 600  # seconds for which a token is known
KINDS = ("Put", "Delete", "ConditionCheck")


class Tokens:
    """The transactions that were applied or are under way, by their `ClientRequestToken`."""

    def __init__(self):
        self.known = OrderedDict()  # token: (digest of the writes, when, whether it is under way)

    def is_answered(self, token, digest):
        """Whether the transaction was applied before; refuses what cannot be the same one."""
        while self.known and next(iter(self.known.values()))[1] < time.monotonic() - REMEMBERED:
            self.known.popitem(last=False)
        if token not in self.known:
            return False
        kept, _, is_under_way = self.known[token]
        if kept != digest:
            raise TableError(
                "IdempotentParameterMismatchException",
                "The request uses the same client token as a previous, but non-identical request.")
        if is_under_way:
            raise TableError(
                "TransactionInProgressException",
                "The transaction with the given request token is already in progress.")
        return True

    def begin(self, token, digest):
        self.known[token] = (digest, time.monotonic(), True)

    def end(self, token, applied):
        digest, since, _ = self.known.pop(token)
        if applied:
            self.known[token] = (digest, since, False)


class Transactions:
    """`store(name)` gives a table, `faults` what goes wrong by order."""

    def __init__(self, store, faults):
        self.store, self.faults, self.tokens = store, faults, Tokens()

    async def transact(self, call):
        check_members(call, {"TransactItems", "ClientRequestToken", "ReturnConsumedCapacity"})
        changes = self.changes(call.get("TransactItems") or [])
        token, digest = call.get("ClientRequestToken"), None
        if token is not None:
            if not isinstance(token, str) or not 1 <= len(token) <= 36:
                raise invalid("ClientRequestToken must have 1 to 36 characters")
            content = json.dumps(call["TransactItems"], sort_keys=True)
            digest = hashlib.sha256(content.encode()).digest()
            if self.tokens.is_answered(token, digest):
                return self.capacity(call, changes, {})
            self.tokens.begin(token, digest)
        applied = False
        try:
            olds = {id(change): store.at(change.place) for store, change in changes}
            self.check(changes)
            await self.apply(changes)
            applied = True
        finally:
            if token is not None:
                self.tokens.end(token, applied)
        return self.capacity(call, changes, olds)

    def changes(self, entries):
        """[(table, change)] of a transaction that has the form of one."""
        if not isinstance(entries, list) or not 1 <= len(entries) <= LARGEST:
            raise invalid(f"A transaction has 1 to {LARGEST} items")
        found, sizes = [], 0
        for entry in entries:
            if len(entry) != 1 or next(iter(entry)) not in KINDS:
                raise not_served(f"a transaction's {sorted(entry)}")
            ((kind, call),) = entry.items()
            found.append((self.store(call.get("TableName")), Change(kind, call)))
            sizes += found[-1][1].row.size if found[-1][1].row else 0
        if len({(store.name, change.place) for store, change in found}) < len(found):
            raise invalid("Transaction request cannot include multiple operations on one item")
        if sizes > LARGEST_BYTES:
            raise invalid("Transaction size has exceeded the maximum allowed size of 4 MB")
        return found

    def check(self, changes):
        """Refuses the transaction unless every row is free and every condition holds."""
        reasons = [self.reason(store, change) for store, change in changes]
        codes = [reason["Code"] for reason in reasons]
        if set(codes) != {"None"}:
            raise TableError(
                "TransactionCanceledException",
                "Transaction cancelled, please refer cancellation reasons for specific reasons "
                f"[{', '.join(codes)}]", {"CancellationReasons": reasons})

    def reason(self, store, change):
        if self.is_taken(store, change.place):
            return {
                "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
        old = store.at(change.place)
        if change.holds(old):
            return {"Code": "None"}
        reason = {
            "Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
        image = change.old_image(old)
        return reason if image is None else reason | {"Item": image}

    def is_taken(self, store, place):
        return place in store.locked or self.faults.of(store.name).happens("conflicts")

    async def apply(self, changes):
        """Writes all rows, at once or, when ordered so, one after the other."""
        faults = self.faults.of(changes[0][0].name)
        pauses = faults.pauses(len(changes))
        if not pauses:
            for store, change in changes:
                store.apply(change)
            return
        for store, change in changes:
            store.locked.add(change.place)
        # Nobody may stop it between its rows: a client that goes away does not.
        await asyncio.shield(asyncio.ensure_future(self.slowly(changes, pauses, faults)))

    @staticmethod
    async def slowly(changes, pauses, faults):
        order = faults.random.sample(changes, len(changes))
        for pause, (store, change) in zip(pauses, order):
            await asyncio.sleep(pause)
            store.apply(change)
        for store, change in changes:
            store.locked.discard(change.place)

    @staticmethod
    def capacity(call, changes, olds):
        if call.get("ReturnConsumedCapacity", "NONE") == "NONE":
            return {}
        sums = {}
        for store, change in changes:
            units = 2 * change.units(olds.get(id(change)))
            sums[store.name] = sums.get(store.name, 0) + units
        return {"ConsumedCapacity": [
            {"TableName": name, "CapacityUnits": units} for name, units in sums.items()]}

    def batch(self, call):
        """Puts and deletes, each by itself; those of rows that a transaction has are left over."""
        check_members(call, {"RequestItems", "ReturnConsumedCapacity"})
        wanted = [
            (name, request, self.batched(name, request))
            for name, requests in (call.get("RequestItems") or {}).items() for request in requests]
        if not 1 <= len(wanted) <= LARGEST_BATCH:
            raise invalid(f"A batch has 1 to {LARGEST_BATCH} items")
        places = {(store.name, change.place) for _, _, (store, change) in wanted}
        if len(places) < len(wanted):
            raise invalid("Provided list of item keys contains duplicates")
        if sum(c.row.size for _, _, (_, c) in wanted if c.row) > LARGEST_BATCH_BYTES:
            raise invalid("A batch has at most 16 MB")
        left, sums = {}, {}
        for name, request, (store, change) in wanted:
            if self.is_taken(store, change.place):
                left.setdefault(name, []).append(request)
                continue
            units = change.units(store.at(change.place))
            sums[store.name] = sums.get(store.name, 0) + units
            store.apply(change)
        answer = {"UnprocessedItems": left}
        if call.get("ReturnConsumedCapacity", "NONE") != "NONE":
            answer["ConsumedCapacity"] = [
                {"TableName": name, "CapacityUnits": units} for name, units in sums.items()]
        return answer

    def batched(self, name, request):
        kind = next(iter(request), "")
        if len(request) != 1 or kind not in ("PutRequest", "DeleteRequest"):
            raise not_served(f"a batch's {sorted(request)}")
        return self.store(name), Change(kind.removesuffix("Request"), request[kind])
