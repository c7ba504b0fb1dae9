"""All tables of a local AWS: which calls are theirs, and the answers' form."""

import asyncio
import json
import re
import secrets

from .errors import TableError, no_table, not_served, throttled, unavailable
from .faults import Orders
from .store import Store
from .streams import StreamAPI
from .transactions import Transactions

TABLE, STREAMS = "DynamoDB_20120810.", "DynamoDBStreams_20120810."
SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/")
REFUSED = {
    "UpdateItem", "BatchGetItem", "TransactGetItems", "ExecuteStatement", "ExecuteTransaction",
    "BatchExecuteStatement"}


def table_of(call):
    """The name of the table that a call is about, of the first one when there are several."""
    if name := call.get("TableName"):
        return name
    if batch := call.get("RequestItems"):
        return next(iter(batch))
    first = next(iter(call.get("TransactItems") or []), {})
    return next((part.get("TableName") for part in first.values()), None)


class AnswerLost(ConnectionError):
    """The call was carried out, and its answer is not to be sent."""


class Region:
    """The tables of one region, and the calls that reach them."""

    def __init__(self, name, faults):
        self.name, self.faults, self.stores = name, faults, {}
        self.transactions = Transactions(self.store, faults)
        self.calls = {
            "GetItem": lambda call: self.store(call.get("TableName")).get(call),
            "Query": lambda call: self.store(call.get("TableName")).query(call),
            "Scan": lambda call: self.store(call.get("TableName")).scan(call),
            "PutItem": lambda call: self.write("Put", call),
            "DeleteItem": lambda call: self.write("Delete", call),
            "BatchWriteItem": self.transactions.batch}
        self.stream_calls = StreamAPI(self.streams).calls

    def store(self, name):
        found = self.stores.get(str(name).rsplit("/", 1)[-1])
        if found is None:
            raise no_table(name)
        return found

    def streams(self):
        return [store.stream for store in self.stores.values() if store.stream]

    def write(self, kind, call):
        store = self.store(call.get("TableName"))
        return store.write(kind, call, lambda place: self.transactions.is_taken(store, place))


class Tables:
    """Answers the calls that read or write rows and streams; the others are for someone else."""

    def __init__(self):
        self.faults, self.regions = Orders(), {}

    def region(self, authorization):
        match = SCOPE.search(authorization)
        name = match[1] if match else "us-east-1"
        if name not in self.regions:
            self.regions[name] = Region(name, self.faults)
        return self.regions[name]

    async def answer(self, target, authorization, body):
        """(status, headers, body) of a call; None when it is not one of items or records."""
        region = self.region(authorization)
        if target.startswith(STREAMS):
            handler = region.stream_calls.get(target.removeprefix(STREAMS))
        elif target.startswith(TABLE):
            handler = self.handler(region, target.removeprefix(TABLE))
        else:
            handler = None
        return handler and await self.carry_out(handler, body)

    def handler(self, region, operation):
        if operation == "TransactWriteItems":
            return region.transactions.transact
        if operation in REFUSED:
            return self.refuse
        return region.calls.get(operation)

    def refuse(self, _):
        raise not_served("this operation")

    async def carry_out(self, handler, body):
        faults = None
        try:
            call = self.read(body)
            faults = self.faults.of(table_of(call))
            await asyncio.sleep(faults.delay)
            if faults.happens("throttles"):
                raise throttled()
            if faults.happens("unavailable"):
                raise unavailable()
            found = handler(call)
            status, document = 200, found if isinstance(found, dict) else await found
        except TableError as error:
            status, document = error.status, self.document(error)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            document = self.document(TableError("SerializationException", repr(error)))
            status = 400
        if faults and faults.happens("lost_answers"):
            raise AnswerLost
        return status, [
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amzn-requestid", secrets.token_hex(16).upper()),
        ], json.dumps(document, separators=(",", ":")).encode()

    @staticmethod
    def read(body):
        try:
            call = json.loads(body.decode())
        except ValueError:
            call = None
        if not isinstance(call, dict):
            raise TableError("SerializationException", "the body is no JSON object")
        return call

    @staticmethod
    def document(error):
        kind = f"com.amazonaws.dynamodb.v20120810#{error.kind}"
        return {"__type": kind, "message": str(error), **error.members}

    def observe(self, target, authorization, answer):
        """Follows a table that someone else made, changed or removed with success."""
        operation = target.removeprefix(TABLE)
        if not target.startswith(TABLE) or operation not in (
                "CreateTable", "UpdateTable", "DeleteTable"):
            return
        region, description = self.region(authorization), json.loads(answer)["TableDescription"]
        name = description["TableName"]
        if operation == "DeleteTable":
            region.stores.pop(name, None)
        elif name in region.stores:
            region.stores[name].follow(description, region.name)
        elif Store.serves(description):
            region.stores[name] = Store(description, region.name)
