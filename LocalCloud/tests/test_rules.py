"""Filter patterns and policies, without a cloud."""

import pytest

from local_cloud import capacity, filters, iam
from local_cloud.control_plane import Route
from local_cloud.routing import Router

RECORD = {"eventName": "INSERT", "dynamodb": {
    "NewImage": {"PK": {"S": "LOG#a#1"}, "n": {"N": "5"}}, "SizeBytes": 120}}


@pytest.mark.parametrize(("pattern", "expected"), [
    ({"eventName": ["INSERT"]}, True),
    ({"eventName": ["REMOVE", "MODIFY"]}, False),
    ({"dynamodb": {"NewImage": {"PK": {"S": [{"prefix": "LOG#"}]}}}}, True),
    ({"dynamodb": {"NewImage": {"PK": {"S": [{"prefix": "SUB"}, {"suffix": "#1"}]}}}}, True),
    ({"dynamodb": {"NewImage": {"b": {"B": [{"exists": True}]}}}}, False),
    ({"dynamodb": {"NewImage": {"seal": {"N": [{"exists": False}]}}}}, True),
    ({"dynamodb": {"SizeBytes": [{"numeric": [">", 100, "<=", 120]}]}}, True),
    ({"dynamodb": {"SizeBytes": [{"numeric": ["<", 100]}]}}, False),
    ({"eventName": [{"anything-but": ["REMOVE"]}]}, True),
    ({"eventName": [{"equals-ignore-case": "insert"}]}, True),
    ({"$or": [{"eventName": ["REMOVE"]}, {"eventName": ["INSERT"]}]}, True),
    ({"eventName": ["INSERT"], "dynamodb": {"NewImage": {"PK": {"S": ["x"]}}}}, False),
])
def test_filters(pattern, expected):
    assert filters.matches(pattern, RECORD) is expected


def test_a_pattern_that_is_not_one_is_refused():
    with pytest.raises(filters.FilterError):
        filters.matches({"eventName": "INSERT"}, RECORD)
    with pytest.raises(filters.FilterError):
        filters.matches({"eventName": [{"regex": ".*"}]}, RECORD)


def decide(*statements, action="dynamodb:PutItem", resource="arn:t", **context):
    context = {f"dynamodb:{name}": values for name, values in context.items()}
    documents = [{"Statement": list(statements)}]
    return iam.allowed(documents, iam.Call(action, resource, context))


ALLOW = {"Effect": "Allow", "Action": "dynamodb:Put*", "Resource": "*"}


def test_policies():
    assert decide(ALLOW)
    assert not decide(ALLOW, action="dynamodb:Query")
    assert not decide(ALLOW, {**ALLOW, "Effect": "Deny"})
    assert not decide({**ALLOW, "Resource": "arn:other"})
    assert not decide()


@pytest.mark.parametrize(("operator", "keys", "expected"), [
    ("ForAllValues:StringLike", ["LOG#1"], True),
    ("ForAllValues:StringLike", ["LOG#1", "GC"], False),
    ("ForAnyValue:StringLike", ["LOG#1", "GC"], True),
    ("StringNotLike", ["GC"], True),
    ("StringNotLike", ["LOG#1"], False),
])
def test_leading_keys(operator, keys, expected):
    condition = {operator: {"dynamodb:LeadingKeys": ["LOG#*"]}}
    assert decide({**ALLOW, "Condition": condition}, leadingkeys=keys) is expected


def test_what_is_not_evaluated_is_an_error():
    with pytest.raises(iam.PolicyError):
        decide({**ALLOW, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}})
    with pytest.raises(iam.PolicyError):
        decide({"Effect": "Allow", "NotAction": "dynamodb:Scan", "Resource": "*"})


def test_routes_go_by_how_specific_they_are():
    keys = ("ANY /a/{rest+}", "GET /a/{rest+}", "GET /a/{x}", "GET /a/b", "GET /a/{x}/c")
    router = Router([Route(*key.split(" "), "f", 30, key) for key in keys])

    def found(method, path):
        route, _ = router.find(method, path)
        return route and route.key

    assert found("GET", "/a/b") == "GET /a/b"
    assert found("GET", "/a/z") == "GET /a/{x}"
    assert found("GET", "/a/z/c") == "GET /a/{x}/c"
    assert found("GET", "/a/z/y") == "GET /a/{rest+}"
    assert found("PUT", "/a/b") == "ANY /a/{rest+}"
    assert found("GET", "/a") is None


def test_units_are_dynamodbs():
    row = {"PK": {"S": "é"}, "n": {"N": "-1200"}, "b": {"B": "AAEC"}}
    assert capacity.item_size(row) == 4 + 1 + 3 + 1 + 3
    large = {"PK": {"S": "x" * 1023}}
    assert capacity.units("PutItem", {"Item": large}, {}) == (0, 2)
    assert capacity.units("DeleteItem", {"Key": row}, {}) == (0, 1)
    assert capacity.units("Query", {"ConsistentRead": True}, {"Items": [large] * 5}) == (2, 0)
    assert capacity.units("Query", {}, {"Items": [large] * 5}) == (1, 0)
    assert capacity.units("GetItem", {}, {}) == (0.5, 0)
    put = {"TransactItems": [{"Put": {"Item": large}}, {"ConditionCheck": {"Key": row}}]}
    assert capacity.units("TransactWriteItems", put, {}) == (0, 6)
    batch = {"RequestItems": {"t": [{"DeleteRequest": {"Key": row}}] * 3}}
    assert capacity.units("BatchWriteItem", batch, {}) == (0, 3)
