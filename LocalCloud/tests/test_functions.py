"""What a role allows, the control endpoint's kill, and the schedule."""

import json

import pytest
from conftest import eventually
from deployment import ACCOUNT, REGION

from local_cloud.control_plane import DeploymentError


@pytest.fixture
def plane(deployment, running):
    role = deployment.role()
    function = deployment.function("own-f", role)
    deployment.api(function)
    deployment.schedule(function, role)
    return running.start()


def call_table(plane, operation, **body):
    content = json.dumps(body).encode()
    return plane.json(
        f"/things?table={operation}", content, {"Content-Type": "application/json"})


ROW = {"PK": {"S": "LOG#1"}, "SK": {"S": "1"}}


def test_a_role_allows_what_it_names_and_no_more(plane):
    assert call_table(plane, "PutItem", Item=ROW)[0] == 200
    query = {"KeyConditionExpression": "#p = :p", "ExpressionAttributeNames": {"#p": "PK"},
             "ExpressionAttributeValues": {":p": {"S": "LOG#1"}}}
    status, found = call_table(plane, "Query", **query)
    assert (status, found["Items"]) == (200, [ROW])
    found = plane.control("/invocations", method="GET")[1]
    assert found["table_units"] == {"own-f": {"read": 0.5, "write": 1}}
    status, answer = call_table(plane, "Scan")
    assert status == 400
    assert answer["__type"].endswith("#AccessDeniedException")
    assert call_table(plane, "GetItem", Key=ROW)[0] == 400


def test_a_condition_on_leading_keys_holds_for_each_item(plane):
    assert call_table(plane, "DeleteItem", Key=ROW)[0] == 400
    assert call_table(plane, "DeleteItem", Key={**ROW, "PK": {"S": "GC#1"}})[0] == 200


def test_a_transaction_is_authorised_item_by_item(plane):
    put = {"Put": {"TableName": "ledger", "Item": ROW}}
    delete = {"Delete": {"TableName": "ledger", "Key": {**ROW, "SK": {"S": "2"}}}}
    assert call_table(plane, "TransactWriteItems", TransactItems=[put])[0] == 200
    assert call_table(plane, "TransactWriteItems", TransactItems=[put, delete])[0] == 400


def test_another_table_is_refused(plane):
    assert call_table(plane, "PutItem", TableName="other", Item=ROW)[0] == 400


def test_a_wrong_signature_is_refused(deployment, running):
    deployment.api(deployment.function("f", deployment.role(), WRONG_SECRET="1"))
    status, answer = call_table(running.start(), "PutItem", Item=ROW)
    assert status == 400
    assert answer["__type"].endswith("#InvalidSignatureException")


def test_an_instance_dies_after_its_write_when_told_to(plane, deployment):
    assert plane.control("/kill", {"function": "f"})[0] == 200
    assert call_table(plane, "PutItem", Item=ROW) == (500, {"message": "Internal Server Error"})
    assert deployment.rows("LOG#") == ["LOG#1"]
    assert call_table(plane, "PutItem", Item=ROW)[0] == 200


def test_the_schedule_runs_on_demand_with_its_input(plane, deployment):
    status, answer = plane.control("/schedule")
    assert (status, answer["runs"][0]["error"]) == (200, None)
    assert deployment.rows("SWEPT") == ["SWEPT"]
    found = plane.control("/invocations", method="GET")[1]["invocations"]["own-f"]
    assert found[-1]["source"] == "schedule"


def invoke(plane, function, event="sweep"):
    content = json.dumps({"eventledger": event}).encode()
    headers = {"Content-Type": "application/json"}
    return plane.call(f"/things?invoke={function}", content, headers)[0]


def test_a_function_queues_an_event_for_another_one(plane, deployment):
    arn = f"arn%3Aaws%3Alambda%3A{REGION}%3A{ACCOUNT}%3Afunction%3Aown-f"
    for function in ("own-f", arn):
        assert invoke(plane, function) == 202
    found = eventually(lambda: [
        entry for entry in
        plane.control("/invocations", method="GET")[1]["invocations"]["own-f"]
        if entry["source"] == "invoke"][1:])
    assert found[0]["error"] is None
    assert deployment.rows("SWEPT") == ["SWEPT"]
    assert invoke(plane, "nobody") == 404


def test_an_event_that_fails_comes_as_often_as_is_configured(deployment, running):
    function = deployment.function("f", deployment.role())
    deployment.api(function)
    deployment.client("lambda").put_function_event_invoke_config(
        FunctionName="f", MaximumRetryAttempts=1, MaximumEventAgeInSeconds=300)
    plane = running.start()
    assert invoke(plane, "f", "fail") == 202
    eventually(lambda: not plane.plane.invocations.queued)
    assert len(deployment.rows("FAILED#")) == 2


def test_an_invocation_needs_the_right_to_it(deployment, running):
    statements = [{"Effect": "Allow", "Action": "lambda:InvokeFunction",
                   "Resource": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:other"}]
    deployment.api(deployment.function("f", deployment.role(statements=statements)))
    assert invoke(running.start(), "f") == 403


def test_a_missing_role_is_found_at_the_start(deployment, running):
    arn = deployment.role()
    deployment.api(deployment.function("f", arn))
    iam = deployment.client("iam")
    iam.delete_role_policy(RoleName="role", PolicyName="own")
    iam.delete_role(RoleName="role")
    with pytest.raises(DeploymentError, match="no role"):
        running.start()


def test_a_variable_that_lambda_sets_itself_is_refused(deployment, running):
    deployment.api(deployment.function("f", deployment.role(), AWS_REGION="eu-west-3"))
    with pytest.raises(DeploymentError, match="sets .'AWS_REGION'. itself"):
        running.start()
