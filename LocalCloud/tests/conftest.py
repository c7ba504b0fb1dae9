import asyncio
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
PROGRAMS = TESTS.parent
sys.path[:0] = [str(PROGRAMS), str(TESTS)]
os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")

from deployment import REGION, Deployment  # noqa: E402
from local_cloud import functions  # noqa: E402
from local_cloud.plane import DataPlane  # noqa: E402

PATIENCE = 300  # seconds; a busy machine is no failure
# Lambda gives an instance less to start, and a core of its own.
functions.INITIALISATION = PATIENCE


def eventually(condition):
    """The condition's first true value; fails when there is none for too long."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found


@pytest.fixture
def endpoint():
    """A local AWS of the test's own."""
    server = subprocess.Popen(
        [sys.executable, PROGRAMS / "moto-server.py", "--end-with-input"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield server.stdout.readline().split()[-1]
    finally:
        server.stdin.close()
        server.wait()


@pytest.fixture
def deployment(endpoint):
    made = Deployment(endpoint)
    made.table()
    return made


class Running:
    """A data plane on a thread of its own, and calls to it."""

    def __init__(self, endpoint, folder):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.plane = DataPlane(endpoint, REGION, folder)

    def start(self):
        self.wait(self.plane.start())
        return self

    def wait(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE)

    def stop(self):
        self.wait(self.plane.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def call(self, path, body=None, headers=None, method=None, base=None):
        """(status, headers, body)."""
        request = urllib.request.Request(
            (base or self.plane.api_url) + path, body, headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def json(self, path, *arguments, **named):
        status, _, body = self.call(path, *arguments, **named)
        return status, json.loads(body)

    def settle(self):
        """Waits until every living instance asks for its next event."""
        def is_settled():
            found = self.control("/invocations", method="GET")[1]
            return found["idle"] == found["instances"]

        eventually(is_settled)

    def control(self, path, body=None, method="POST"):
        return self.json(
            path, None if method == "GET" else json.dumps(body or {}).encode(),
            method=method, base=self.plane.control_url)


@pytest.fixture
def running(endpoint, tmp_path):
    made = Running(endpoint, tmp_path)
    yield made
    made.stop()
