"""The mapping from the table's stream to a function."""

import json
import time

import pytest
from conftest import PATIENCE

from local_cloud.batches import BatchPlan, first_failure
from local_cloud.control_plane import DeploymentError


def records(*numbers, at=100.0):
    return [{"dynamodb": {"SequenceNumber": str(n), "ApproximateCreationDateTime": at}}
            for n in numbers]


def numbers(found):
    return [int(record["dynamodb"]["SequenceNumber"]) for record in found]


PARTIAL = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


def failing(*items):
    return json.dumps({"batchItemFailures": [{"itemIdentifier": str(i)} for i in items]})


def test_partial_answers():
    batch = records(1, 2, 3)
    assert first_failure(batch, failing()) is None
    assert first_failure(batch, b"null") is None
    assert first_failure(batch, failing(3, 2)) == 1
    assert first_failure(batch, failing(9)) == -1
    assert first_failure(batch, b"not JSON") == -1


def test_a_partial_failure_is_retried_from_its_first_record():
    plan = BatchPlan(records(1, 2, 3), PARTIAL)
    assert numbers(plan.next()) == [1, 2, 3]
    plan.succeeded(failing(2))
    assert numbers(plan.next()) == [2, 3]
    plan.succeeded(failing())
    assert plan.next() is None


def test_a_poison_record_is_bisected_out_and_given_up():
    plan = BatchPlan(records(1, 2, 3, 4), {
        "BisectBatchOnFunctionError": True, "MaximumRetryAttempts": 1})
    done = []
    while (batch := plan.next()) is not None:
        if 3 in numbers(batch):
            plan.failed()
        else:
            done += numbers(batch)
            plan.succeeded(b"null")
    assert done == [1, 2, 4]
    given_up, = plan.take_abandoned()
    assert numbers(given_up.records) == [3]
    assert (given_up.condition, given_up.tries) == ("RetryAttemptsExhausted", 2)


def test_old_records_are_given_up():
    plan = BatchPlan(records(1), {"MaximumRecordAgeInSeconds": 60}, clock=lambda: 161)
    assert plan.next() is None
    assert plan.take_abandoned()[0].condition == "RecordAgeExceeded"


@pytest.fixture
def start(deployment, running):
    def begin(**settings):
        function = deployment.function("f", deployment.role())
        deployment.api(function)
        deployment.mapping(function, **settings)
        return running.start()

    return begin


def batches(deployment):
    return [name.removeprefix("BATCH#").split(",") for name in deployment.rows("BATCH#")]


def drain(plane):
    status, answer = plane.control("/drain", {"timeout": PATIENCE})
    assert (status, answer) == (200, {"drained": True})


def test_records_before_the_start_come_and_the_filter_holds(deployment, start):
    deployment.put("LOG#1", "a")
    deployment.put("OTHER", "x")
    plane = start()
    drain(plane)
    assert batches(deployment) == [["a"]]
    counts = plane.control("/stream", method="GET")[1]["mappings"][0]["counts"]
    assert counts["filtered"] >= 1


def test_a_poison_record_ends_in_the_queue_and_the_others_go_on(deployment, start):
    for name in ("a", "poison", "b"):
        deployment.put("LOG#1", name)
    plane = start()
    drain(plane)
    queue = deployment.client("sqs")
    url = queue.get_queue_url(QueueName="failed")["QueueUrl"]
    message, = queue.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    body = json.loads(message["Body"])
    assert body["requestContext"]["condition"] == "RetryAttemptsExhausted"
    info = body["DDBStreamBatchInfo"]
    assert info["streamArn"] == deployment.stream
    assert info["startSequenceNumber"] <= info["endSequenceNumber"]


def test_a_crash_is_bisected_until_its_record_is_alone(deployment, start):
    for name in ("a", "b", "crash", "c"):
        deployment.put("LOG#1", name)
    plane = start(FunctionResponseTypes=[])
    drain(plane)
    assert {name for batch in batches(deployment) for name in batch} == {"a", "b", "c"}
    assert plane.control("/stream", method="GET")[1]["mappings"][0]["counts"]["abandoned"] == 1


def test_faults_drop_and_duplicate_batches(deployment, start):
    plane = start(MaximumBatchingWindowInSeconds=0)
    assert plane.control("/stream-faults", {"drop": 1})[0] == 200
    deployment.put("LOG#1", "lost")
    drain(plane)
    assert batches(deployment) == []
    plane.control("/stream-faults", {"duplicate": 1})
    before = time.time()
    deployment.put("LOG#1", "twice")
    drain(plane)
    runs = plane.control("/invocations", method="GET")[1]["invocations"]["f"]
    assert len([run for run in runs if run["at"] >= before - 1]) == 2
    assert plane.control("/stream-faults", {"unknown": 1})[0] == 400


def test_a_role_that_may_not_read_the_stream_is_found_at_the_start(deployment, running):
    function = deployment.function("f", deployment.role(statements=[
        {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": "*"}]))
    deployment.api(function)
    deployment.mapping(function)
    with pytest.raises(DeploymentError, match="may not dynamodb:DescribeStream"):
        running.start()
