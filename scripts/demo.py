#!/usr/bin/env python3
"""Publishes the history of a Git repository and checks that a new subscriber ends with its HEAD.

One event per commit and changed file: the key is the file's path, the type says what happened to
it, a deletion is a tombstone. Then a new subscriber bootstraps from the compacted state, and what
it got is compared with what Git says, file by file.

Without --url (or EVENTLEDGER_URL) it runs a server of its own on a free port. Only Python's
standard library and git are needed.
"""

import argparse
import http.client
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
KINDS = {"A": "added", "M": "modified", "T": "modified", "D": "deleted"}
BATCH_EVENTS = 1000
BATCH_BYTES = 3 * 1024 * 1024
KEY_BYTES = 512


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository", nargs="?", default=str(ROOT), help="default: this project")
    parser.add_argument("--url", default=os.environ.get("EVENTLEDGER_URL"))
    parser.add_argument("--keep", action="store_true", help="leave the stream where it is")
    arguments = parser.parse_args()
    with ledger(arguments.url) as url:
        stream = "git-history-" + secrets.token_hex(4)
        api = Ledger(url)
        api.call("POST", "/streams", {"stream_id": stream})
        try:
            differences = run(api, stream, arguments.repository)
        finally:
            if not arguments.keep:
                api.call("DELETE", f"/streams/{stream}")
    for difference in differences[:20]:
        print("  " + difference, file=sys.stderr)
    if differences:
        sys.exit(f"demo: {len(differences)} differences")
    print("demo: the subscriber's state is HEAD, file by file")


def run(api, stream, repository):
    start = time.monotonic()
    expected, events, skipped = publish(api, stream, history(repository))
    took = time.monotonic() - start
    commits = len(set(expected.values()))
    print(f"published {events} events in {took:.2f} s ({events / took:,.0f} events/s)")
    if skipped:
        print(f"left out {skipped} changes of paths that are no UTF-8 or too long for a key")

    start = time.monotonic()
    api.call("POST", f"/streams/{stream}/compact")
    print(f"compacted in {time.monotonic() - start:.2f} s")

    start = time.monotonic()
    state, deliveries = bootstrap(api, stream)
    took = time.monotonic() - start
    print(f"bootstrapped {len(state)} files last changed by {commits} commits "
          f"with {deliveries} events in {took:.2f} s")
    return compare(state, expected, head_files(repository))


# Git


def git(repository, *arguments):
    command = ["git", "-C", repository, *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def history(repository):
    """Every change on the way to HEAD, oldest first: commit, author, time, subject, kind, path."""
    log = git(
        repository, "log", "--reverse", "--first-parent", "-m", "--root", "--no-renames",
        "--name-status", "-z", "--format=%x01%H%x02%an%x02%aI%x02%s%x03", "HEAD",
    )
    for entry in log.split(b"\x01")[1:]:
        head, _, changes = entry.partition(b"\x03")
        commit, author, moment, subject = (
            part.decode(errors="replace") for part in head.split(b"\x02")
        )
        fields = [field.lstrip(b"\n") for field in changes.split(b"\0")]
        fields = [field for field in fields if field]
        for kind, path in zip(fields[::2], fields[1::2]):
            yield commit, author, moment, subject, kind.decode()[0], path


def head_files(repository):
    paths = git(repository, "ls-tree", "-r", "--name-only", "-z", "HEAD").split(b"\0")
    return {key for path in paths if path and (key := key_of(path)) is not None}


def key_of(path):
    """The path as an event key; None when it can't be one."""
    try:
        return path.decode() if len(path) <= KEY_BYTES else None
    except UnicodeDecodeError:
        return None


# The ledger


def publish(api, stream, changes):
    """Returns the last commit of each file that was not deleted, and two counts."""
    expected, batch, size, events, skipped = {}, [], 0, 0, 0
    for commit, author, moment, subject, kind, path in changes:
        key = key_of(path)
        if key is None:
            skipped += 1
            continue
        data = {"commit": commit, "author": author, "time": moment, "subject": subject}
        if kind == "D":
            data = None
            expected.pop(key, None)
        else:
            expected[key] = commit
        line = json.dumps({"key": key, "type": KINDS[kind], "data": data})
        if len(batch) == BATCH_EVENTS or size + len(line) > BATCH_BYTES:
            events += send(api, stream, batch)
            batch, size = [], 0
        batch.append(line)
        size += len(line) + 1
    return expected, events + send(api, stream, batch), skipped


def send(api, stream, batch):
    if batch:
        api.call("POST", f"/streams/{stream}/events?ack=summary", "[" + ",".join(batch) + "]",
                 {"Idempotency-Key": secrets.token_hex(16)})
    return len(batch)


def bootstrap(api, stream):
    """The state that a new subscriber arrives at, and how many events that took."""
    path = f"/streams/{stream}/subscriptions"
    api.call("POST", path, {"subscription_id": "newcomer", "start_from": "compacted"})
    state, deliveries = {}, 0
    while True:
        page = api.call("GET", f"{path}/newcomer/poll?limit=1000")
        for event in page["events"]:
            deliveries += 1
            if event["data"] is None:
                state.pop(event["key"], None)
            else:
                state[event["key"]] = event["data"]["commit"]
        api.call("POST", f"{path}/newcomer/commit", {"cursor": page["cursor"]})
        if page["caught_up"]:
            return state, deliveries


def compare(state, expected, head):
    differences = [f"missing: {path}" for path in sorted(head - state.keys())]
    differences += [f"not in HEAD: {path}" for path in sorted(state.keys() - head)]
    differences += [
        f"{path}: {state[path]} instead of {expected.get(path)}"
        for path in sorted(head & state.keys())
        if state[path] != expected.get(path)
    ]
    return differences


class Ledger:
    """One connection to a ledger."""

    def __init__(self, url):
        parts = urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)

    def call(self, method, target, body=None, headers=None):
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        self.connection.request(
            method, quote(target, safe="/?=&"), text and text.encode(),
            {"Content-Type": "application/json", **(headers or {})},
        )
        answer = self.connection.getresponse()
        parsed = json.loads(answer.read())
        if answer.status >= 300:
            sys.exit(f"demo: {method} {target}: {answer.status} {parsed.get('message')}")
        return parsed


@contextmanager
def ledger(url):
    """The given ledger, or one of our own for the time being."""
    if url:
        yield url
        return
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [binary(), "serve", "--port", "0", "--data", folder, "--log-level", "error"],
            stdout=subprocess.PIPE, text=True,
        )
        try:
            address = next(
                (line.split()[1] for line in server.stdout if line.split()[:1] == ["url"]), None
            )
            if address is None:
                sys.exit("demo: the server did not start")
            yield address
        finally:
            server.terminate()
            server.wait()


def binary():
    candidates = [os.environ.get("EVENTLEDGER_BINARY")]
    candidates += [ROOT / ".build" / kind / "eventledger" for kind in ("release", "debug")]
    for candidate in candidates:
        if candidate and Path(candidate).exists():
            return str(candidate)
    sys.exit("demo: build the server first: ./justw build")


if __name__ == "__main__":
    main()
