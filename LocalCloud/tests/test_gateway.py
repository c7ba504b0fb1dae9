import base64
from concurrent.futures import ThreadPoolExecutor, as_completed

import pytest
from conftest import eventually


@pytest.fixture
def plane(deployment, running):
    deployment.api(deployment.function("f", deployment.role()))
    return running.start()


def event(plane, path, *arguments, **named):
    status, answer = plane.json(path, *arguments, **named)
    assert status == 200
    return answer["event"]


def test_the_most_specific_route_is_taken(plane):
    assert event(plane, "/things/special")["routeKey"] == "GET /things/special"
    assert event(plane, "/things/other")["pathParameters"] == {"thing": "other"}
    greedy = event(plane, "/things/a/keys/b/c%20d%2Fe")
    assert greedy["pathParameters"] == {"thing": "a", "key": "b/c d/e"}
    assert greedy["rawPath"] == "/things/a/keys/b/c d/e"


def test_what_no_route_takes_is_the_gateways_404(plane):
    for path, method in (("/", "GET"), ("/things/a/keys", "GET"), ("/things/a", "DELETE")):
        assert plane.json(path, method=method) == (404, {"message": "Not Found"})


def test_a_default_route_takes_all_else_preflights_too(deployment, running):
    deployment.api(deployment.function("f", deployment.role()), routes=("GET /things", "$default"))
    plane = running.start()
    for path, method in (("/", "GET"), ("/things", "DELETE"), ("/things/a", "PURGE")):
        assert event(plane, path, method=method)["routeKey"] == "$default"
    assert event(plane, "/things")["routeKey"] == "GET /things"
    status, headers, body = plane.call("/things", method="HEAD")
    assert (status, body) == (200, b"") and int(headers["content-length"]) > 0
    status, headers, _ = plane.call("/things", method="OPTIONS", headers={
        "Origin": "https://console.example", "Access-Control-Request-Method": "GET"})
    assert (status, headers["access-control-allow-methods"]) == (200, "GET,POST")
    assert headers["access-control-allow-origin"] == "https://console.example"


def test_an_event_is_as_format_2_has_it(plane):
    found = event(plane, "/things/a?x=1&x=2&y=%20", headers={
        "X-Own": "v", "Cookie": "a=1; b=2"})
    assert found["version"] == "2.0"
    assert found["rawQueryString"] == "x=1&x=2&y=%20"
    assert found["queryStringParameters"] == {"x": "1,2", "y": " "}
    assert found["headers"]["x-own"] == "v"
    assert found["cookies"] == ["a=1", "b=2"]
    assert found["requestContext"]["http"]["method"] == "GET"
    assert "body" not in found


def test_text_is_text_and_all_else_base64(plane):
    text = event(plane, "/things", b'"a"', {"Content-Type": "application/json"})
    assert (text["body"], text["isBase64Encoded"]) == ('"a"', False)
    binary = event(plane, "/things", b"\0\1", {"Content-Type": "application/octet-stream"})
    assert (base64.b64decode(binary["body"]), binary["isBase64Encoded"]) == (b"\0\1", True)


def test_a_binary_answer_with_cookies(plane):
    status, headers, body = plane.call("/things/a?binary=1")
    assert (status, body) == (200, b"\0\1\2")
    assert headers["set-cookie"] == "a=1"


def test_limits(plane):
    over = b" " * (10 * 1024 * 1024 + 1)
    kind = {"Content-Type": "text/plain"}
    assert plane.json("/things", b" " * (6 * 1024 * 1024 + 1), kind)[0] == 413
    assert plane.call("/things", over, kind)[0] == 413
    assert plane.json("/things/a?big=6300000") == (500, {"message": "Internal Server Error"})
    assert plane.json("/things/a", headers={"X": "y" * 10_240})[0] == 431


def test_a_crash_is_500_and_the_instance_is_replaced(plane):
    first = plane.json("/things/a")[1]["pid"]
    plane.settle()
    assert plane.json("/things/a")[1]["pid"] == first
    plane.settle()
    assert plane.json("/things/a?crash=1") == (500, {"message": "Internal Server Error"})
    assert plane.json("/things/a")[1]["pid"] != first


def test_a_timeout_is_500_and_the_instance_is_replaced(deployment, running, tmp_path):
    deployment.api(deployment.function("f", deployment.role(), timeout=1))
    plane = running.start()

    def pid():
        """A busy machine may need more than the function has."""
        return plane.json("/things/a")[1].get("pid")

    first = eventually(pid)
    plane.settle()
    failed = plane.json(f"/things/a?gate={tmp_path / 'never'}")
    assert failed == (500, {"message": "Internal Server Error"})
    assert eventually(pid) != first


def test_cors(plane):
    _, headers, _ = plane.call("/things/a", headers={"Origin": "https://console.example"})
    assert headers["access-control-allow-origin"] == "https://console.example"
    _, headers, _ = plane.call("/things/a", headers={"Origin": "https://other.example"})
    assert headers["access-control-allow-origin"] is None
    status, headers, _ = plane.call("/things/a", method="OPTIONS", headers={
        "Origin": "https://console.example", "Access-Control-Request-Method": "GET"})
    assert (status, headers["access-control-allow-methods"]) == (204, "GET,POST")


def test_an_idle_instance_is_frozen(plane):
    pid = plane.json("/things/a")[1]["pid"]

    def is_frozen():
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "T"

    eventually(is_frozen)


def test_requests_at_the_same_time_get_instances_of_their_own(deployment, running, tmp_path):
    deployment.api(deployment.function("f", deployment.role(), reserved=2))
    plane = running.start()
    gate = tmp_path / "gate"
    with ThreadPoolExecutor(3) as threads:
        calls = [threads.submit(plane.call, f"/slow?gate={gate}") for _ in range(3)]
        answers = as_completed(calls)
        try:
            assert next(answers).result()[0] == 503
        finally:
            gate.touch()
        assert [answer.result()[0] for answer in answers] == [200, 200]


def test_a_route_that_the_permission_leaves_out_fails(deployment, running):
    function = deployment.function("f", deployment.role())
    deployment.api(function, permission="*/GET/things/special")
    plane = running.start()
    assert plane.json("/things/special")[0] == 200
    assert plane.json("/things/a") == (500, {"message": "Internal Server Error"})


def test_a_package_that_cannot_be_executed_fails(deployment, running):
    deployment.api(deployment.function("f", deployment.role(), mode=0o644))
    assert running.start().json("/things/a") == (500, {"message": "Internal Server Error"})
