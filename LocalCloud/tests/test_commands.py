"""Starting and stopping in the background, with a stand-in for OpenTofu."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import suppress

import pytest
from conftest import PATIENCE, PROGRAMS, TESTS, eventually


class Commands:
    def __init__(self, folder):
        self.folder, self.state = folder, folder / "state.json"
        tool = folder / "tool"
        script = TESTS / "tool.py"
        tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
        tool.chmod(0o755)
        self.environment = os.environ | {
            "EVENTLEDGER_TOFU": str(tool), "EVENTLEDGER_TEST_FOLDER": str(folder),
            "PYTHONPATH": str(PROGRAMS)}

    def command(self, *arguments):
        return [sys.executable, "-m", "local_cloud", *arguments, "--state", str(self.state)]

    def run(self, *arguments, **environment):
        return subprocess.run(
            self.command(*arguments), env=self.environment | environment, capture_output=True,
            text=True, timeout=PATIENCE, check=False)

    def start(self, *arguments, **environment):
        return self.run("start", f"--packages={self.folder}", *arguments, **environment)

    def addresses(self):
        return json.loads(self.state.read_text())

    def aws(self):
        """The local AWS's address, as the tool saw it."""
        return (self.folder / "endpoint").read_text()


@pytest.fixture
def commands(tmp_path):
    made = Commands(tmp_path)
    yield made
    if made.state.exists():
        made.run("stop")


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        return error.read()
    except OSError:
        return None


def is_gone(pid):
    with suppress(FileNotFoundError), open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] == "Z"
    return True


def test_it_serves_between_start_and_stop(commands):
    started = commands.start("--check")
    assert started.returncode == 0, started.stderr
    found = commands.addresses()
    assert json.loads(started.stdout) == found
    assert found["table"] == "ledger"
    function = json.loads(answers(found["api_url"] + "/things/a"))["pid"]
    assert b"own-publish" in answers(found["control_url"] + "/health")
    assert commands.start().returncode == 1  # one is running already
    assert commands.run("stop").returncode == 0
    assert not commands.state.exists()
    assert answers(found["api_url"]) is None
    assert answers(found["aws_url"]) is None
    assert is_gone(function)
    assert (commands.folder / "plan").exists() and (commands.folder / "destroy").exists()
    assert commands.run("stop").returncode == 1  # none is running


def test_a_start_that_fails_leaves_nothing_behind(commands):
    failed = commands.start(EVENTLEDGER_TEST_TOOL="fail")
    assert failed.returncode == 1
    assert "no such thing" in failed.stderr
    assert answers(commands.aws()) is None
    assert not commands.state.exists()


def test_a_signal_ends_a_start_that_takes_too_long(commands):
    environment = commands.environment | {"EVENTLEDGER_TEST_TOOL": "hang"}
    process = subprocess.Popen(
        commands.command("run", f"--packages={commands.folder}"), env=environment,
        stderr=subprocess.DEVNULL)
    eventually((commands.folder / "hanging").exists)
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 130
    assert answers(commands.aws()) is None


def test_nothing_outlives_a_cloud_that_is_killed(commands):
    assert commands.start().returncode == 0
    found = commands.addresses()
    function = json.loads(answers(found["api_url"] + "/things/a"))["pid"]
    os.kill(found["pid"], signal.SIGKILL)
    eventually(lambda: answers(found["aws_url"]) is None)
    eventually(lambda: is_gone(function))


def test_no_account_of_the_machine_is_touched(commands):
    started = commands.start(
        AWS_ACCESS_KEY_ID="real", AWS_PROFILE="real", AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert started.returncode == 0, started.stderr
    assert commands.aws() == commands.addresses()["aws_url"]
