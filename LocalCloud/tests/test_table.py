"""The table in memory, without a server: Tests/DynamoDBTableTests hold it to what the ledger needs."""

import asyncio
import base64
import json

import pytest

from local_cloud.table import service, streams
from local_cloud.table.expressions import Expression
from local_cloud.table.values import number_text

DESCRIPTION = {
    "TableName": "t", "LatestStreamArn": "arn:s", "LatestStreamLabel": "l",
    "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"},
                  {"AttributeName": "SK", "KeyType": "RANGE"}],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}}
SCOPE = "AWS4-HMAC-SHA256 Credential=k/20200101/eu-west-1/dynamodb/aws4_request"


class Table:
    def __init__(self):
        self.tables = service.Tables()
        self.follow("CreateTable", DESCRIPTION)

    def follow(self, operation, description):
        answer = json.dumps({"TableDescription": description})
        self.tables.observe(service.TABLE + operation, SCOPE, answer)

    async def ask(self, operation, call, prefix=service.TABLE):
        body = json.dumps(call).encode()
        status, _, answer = await self.tables.answer(prefix + operation, SCOPE, body)
        return status, json.loads(answer)

    def call(self, operation, **call):
        return asyncio.run(self.ask(operation, call))

    def stream(self, operation, **call):
        return asyncio.run(self.ask(operation, call, service.STREAMS))[1]

    def put(self, number, partition="p", **attributes):
        return self.call("PutItem", TableName="t", Item=item(number, partition, **attributes))

    def query(self, condition="PK = :p", values=None, **members):
        values = {":p": {"S": "p"}} | {n: {"S": v} for n, v in (values or {}).items()}
        return self.call("Query", TableName="t", KeyConditionExpression=condition,
                         ExpressionAttributeValues=values, **members)

    def found(self, *arguments, **members):
        status, answer = self.query(*arguments, **members)
        assert status == 200, answer
        return [int(row["SK"]["S"]) for row in answer["Items"]]


def item(number, partition="p", **attributes):
    return {"PK": {"S": partition}, "SK": {"S": str(number)}, **attributes}


def put(number, **members):
    return {"Put": {"TableName": "t", "Item": item(number), **members}}


NEW = {"ConditionExpression": "attribute_not_exists(PK)",
       "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


@pytest.fixture
def table():
    return Table()


def kind(answer):
    return answer["__type"].partition("#")[2]


def test_a_failed_condition_shows_the_row_in_the_way(table):
    table.put(1, n={"N": "007.50"})
    status, answer = table.call("PutItem", TableName="t", Item=item(1), **NEW)
    assert (status, kind(answer)) == (400, "ConditionalCheckFailedException")
    assert answer["Item"] == item(1, n={"N": "7.5"})
    del answer["Item"]
    without = {"ConditionExpression": NEW["ConditionExpression"]}
    assert table.call("PutItem", TableName="t", Item=item(1), **without)[1] == answer


def test_bounds_pages_and_start_keys(table):
    for number in (1, 3, 5, 7):
        table.put(number)
    between = "PK = :p AND SK BETWEEN :l AND :h"
    assert table.found(between, {":l": "2", ":h": "5"}) == [3, 5]
    assert table.found("PK = :p AND SK < :h", {":h": "5"}, ScanIndexForward=False) == [3, 1]
    assert table.found("PK = :p AND begins_with(SK, :h)", {":h": "7"}) == [7]
    _, page = table.query(Limit=4)
    assert page["LastEvaluatedKey"] == item(7)  # it does not look whether there is more
    assert table.query(ExclusiveStartKey=item(7))[1]["Count"] == 0
    assert table.found(ExclusiveStartKey=item(4)) == [5, 7]
    status, answer = table.query(between, {":l": "2", ":h": "5"}, ExclusiveStartKey=item(7))
    assert (status, kind(answer)) == (400, "ValidationException")
    assert table.query(between, {":l": "5", ":h": "2"})[0] == 400
    assert table.query(Limit=0)[0] == 400


def test_a_page_holds_at_most_a_megabyte(table):
    content = base64.b64encode(bytes(300_000)).decode()
    for number in range(5):
        table.put(number, b={"B": content})
    _, page = table.query(ReturnConsumedCapacity="TOTAL", ConsistentRead=True)
    assert (page["Count"], page["LastEvaluatedKey"]) == (3, item(2))
    assert page["ConsumedCapacity"]["CapacityUnits"] == 220


@pytest.mark.parametrize(("call", "expected"), [
    ({"Item": {"PK": {"S": "p"}}}, "ValidationException"),
    ({"Item": item("")}, "ValidationException"),
    ({"Item": item("x" * 1025)}, "ValidationException"),
    ({"Item": item(1, b={"B": "AA"})}, "ValidationException"),
    ({"Item": item(1, n={"N": "1e126"})}, "ValidationException"),
    ({"Item": item(1, s={"S": "x" * 409_600})}, "ValidationException"),
    ({"Item": item(1, s={"S": "\ud800"})}, "SerializationException"),
    ({"Item": item(1, s={"L": []})}, "ValidationException"),
    ({"Item": item(1), "ReturnValues": "ALL_OLD"}, "ValidationException"),
    ({"Item": item(1), "ConditionExpression": "PK = :x"}, "ValidationException"),
    ({"Item": item(1), "ConditionExpression": "PK ="}, "ValidationException"),
    ({"Item": item(1), "TableName": "other"}, "ResourceNotFoundException"),
])
def test_what_dynamodb_refuses_or_nobody_serves_is_refused(table, call, expected):
    status, answer = table.call("PutItem", **{"TableName": "t"} | call)
    assert (status, kind(answer)) == (400, expected)
    assert table.call("UpdateItem", TableName="t")[0] == 400
    assert table.found() == []


def test_numbers_are_kept_as_dynamodb_does():
    assert [number_text(t) for t in ("0", "-0", "10", "1e3", "0.500", "-7")] == [
        "0", "0", "10", "1000", "0.5", "-7"]


@pytest.mark.parametrize(("text", "expected"), [
    ("attribute_not_exists(a) OR n < :n", True), ("NOT n < :n", False), ("s < :n", False),
    ("(n = :n OR n < :n) AND attribute_exists(n)", True), ("a < :n", False), ("n >= :n", False),
])
def test_conditions(text, expected):
    row = {"n": {"N": "9"}, "s": {"S": "9"}}
    call = {"ExpressionAttributeValues": {":n": {"N": "10"}}}
    assert Expression(text, call).holds(row) is expected


def test_a_transaction_names_each_reason_and_writes_nothing(table):
    table.put(2, n={"N": "1"})
    status, answer = table.call("TransactWriteItems", TransactItems=[put(1, **NEW), put(2, **NEW)])
    assert (status, kind(answer)) == (400, "TransactionCanceledException")
    assert [r["Code"] for r in answer["CancellationReasons"]] == ["None", "ConditionalCheckFailed"]
    assert answer["CancellationReasons"][1]["Item"]["n"] == {"N": "1"}
    assert table.found() == [2]


def test_a_transaction_is_applied_once_for_its_token(table):
    call = {"TransactItems": [put(1, **NEW)], "ClientRequestToken": "x"}
    for _ in range(2):
        assert table.call("TransactWriteItems", **call) == (200, {})
    call["TransactItems"].append(put(2))
    assert kind(table.call("TransactWriteItems", **call)[1]) == (
        "IdempotentParameterMismatchException")
    assert table.found() == [1]
    assert table.call("TransactWriteItems", TransactItems=[put(1), put(1)])[0] == 400
    assert table.call("TransactWriteItems", TransactItems=[put(n) for n in range(101)])[0] == 400


def test_a_batch_has_25_items_each_once(table):
    deletion = [{"DeleteRequest": {"Key": item(n)}} for n in range(26)]
    table.put(3)
    assert table.call("BatchWriteItem", RequestItems={"t": deletion})[0] == 400
    assert table.call("BatchWriteItem", RequestItems={"t": deletion[:1] * 2})[0] == 400
    assert table.call("BatchWriteItem", RequestItems={"t": deletion[:25]}) == (
        200, {"UnprocessedItems": {}})
    assert table.found() == []


def records(table, start="TRIM_HORIZON", **members):
    (stream,) = table.stream("ListStreams", TableName="t")["Streams"]
    described = table.stream("DescribeStream", StreamArn=stream["StreamArn"])["StreamDescription"]
    iterator = table.stream(
        "GetShardIterator", StreamArn=stream["StreamArn"], ShardIteratorType=start,
        ShardId=described["Shards"][0]["ShardId"], **members)["ShardIterator"]
    return table.stream("GetRecords", ShardIterator=iterator)["Records"]


def test_a_stream_has_every_change_once(table):
    for _ in range(2):
        table.put(1)  # the second changes nothing
    table.put(1, n={"N": "1"})
    table.call("DeleteItem", TableName="t", Key=item(1))
    table.call("TransactWriteItems", TransactItems=[put(2), put(3)])
    found = records(table)
    assert [r["eventName"] for r in found] == ["INSERT", "MODIFY", "REMOVE", "INSERT", "INSERT"]
    assert found[1]["dynamodb"]["NewImage"] == item(1, n={"N": "1"})
    assert "NewImage" not in found[2]["dynamodb"]
    number = found[2]["dynamodb"]["SequenceNumber"]
    assert records(table, "AFTER_SEQUENCE_NUMBER", SequenceNumber=number) == found[3:]
    assert records(table, "LATEST") == []
    assert int(found[0]["dynamodb"]["SequenceNumber"]) == streams.FIRST


def test_a_table_that_is_gone_is_gone(table):
    table.put(1)
    table.follow("DeleteTable", DESCRIPTION)
    assert kind(table.query()[1]) == "ResourceNotFoundException"
    table.follow("CreateTable", DESCRIPTION)
    assert table.found() == []


def test_a_conflict_is_one_reason_among_others(table):
    table.put(2)
    table.tables.faults.order({"conflicts": 0.5, "seed": 1})
    seen = set()
    for number in range(10, 60):
        call = {"TransactItems": [put(number, **NEW), put(2, **NEW)]}
        _, answer = table.call("TransactWriteItems", **call)
        seen.add(tuple(r["Code"] for r in answer["CancellationReasons"]))
    assert ("TransactionConflict", "ConditionalCheckFailed") in seen
    assert ("None", "ConditionalCheckFailed") in seen
    table.tables.faults.order({"conflicts": 1})
    assert kind(table.put(1)[1]) == "TransactionConflictException"
    left = table.call("BatchWriteItem", RequestItems={"t": [{"PutRequest": {"Item": item(1)}}]})
    assert len(left[1]["UnprocessedItems"]["t"]) == 1


def test_a_slow_transaction_is_seen_row_by_row_and_keeps_others_away(table):
    table.tables.faults.order({"table": "t", "transaction_milliseconds": 200, "seed": 3})
    call = {"TransactItems": [put(n) for n in range(20)], "ClientRequestToken": "x"}
    query = {"TableName": "t", "KeyConditionExpression": "PK = :p",
             "ExpressionAttributeValues": {":p": {"S": "p"}}}

    async def watch():
        work = asyncio.ensure_future(table.ask("TransactWriteItems", call))
        await asyncio.sleep(0)
        assert kind((await table.ask("TransactWriteItems", call))[1]) == (
            "TransactionInProgressException")
        alone = await table.ask("PutItem", {"TableName": "t", "Item": item(1)})
        assert kind(alone[1]) == "TransactionConflictException"
        counts = set()
        while not work.done():
            counts.add((await table.ask("Query", query))[1]["Count"])
            await asyncio.sleep(0.001)
        assert work.result() == (200, {})
        return counts

    assert len(asyncio.run(watch()) - {0, 20}) > 2
    assert table.put(1)[0] == 200


def test_calls_fail_by_order_before_they_happen_or_after(table):
    table.tables.faults.order({"throttles": 1})
    assert kind(table.put(1)[1]) == "ProvisionedThroughputExceededException"
    table.tables.faults.order({"unavailable": 1})
    assert table.put(1)[0] == 500
    table.tables.faults.order({"lost_answers": 1})
    with pytest.raises(ConnectionError):
        table.put(1)
    table.tables.faults.order({})
    assert table.found() == [1]
    for wanted in ({"throttles": 2}, {"other": 1}, {"delay_milliseconds": "1"}):
        with pytest.raises(ValueError, match="none of the faults"):
            table.tables.faults.order(wanted)
