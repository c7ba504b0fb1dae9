#!/usr/bin/env python3
"""A ledger on SQLite through weeks of its own time: publishing, consuming, retention, sweeps,
kill -9, clean stops, a full disk, suspended machines and clocks that are wrong.

    scripts/soak.py [--seconds 60 | --forever] [--seed N]

It keeps a model of every answer and holds the whole log against it after each round: what was
acknowledged is there, once, where it was said to be, until it has expired and not before; what was
refused never turns up; offsets have no holes. Then `eventledger verify` checks the file.

The data folder is a small file system in memory of its own, so that it can be filled; for that the
script starts itself in a namespace, which needs no rights on most machines.
"""

import argparse
import calendar
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HOUR = 3_600_000
DAY = 24 * HOUR
# Name: retention in hours, compaction, partitions.
STREAMS = {"short": (1, False, 2), "week": (168, True, 2), "month": (720, True, 1)}
DISK_MEGABYTES = 256


class Failure(Exception):
    """A promise is broken."""


def require(condition, problem):
    if not condition:
        raise Failure(problem)


class Server:
    """The process, and the clock in our hand."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.offset, self.boot, self.process = 0, 1, None

    def start(self):
        command = [self.binary, self.folder, str(self.offset), f"boot-{self.boot}"]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=open(os.path.join(os.path.dirname(self.folder), "server.log"), "ab"),
            text=True,
            bufsize=1,
        )
        line = self.process.stdout.readline()
        if not line.startswith("url "):
            self.process.wait()
            self.process = None
            return False
        self.port = int(line.rsplit(":", 1)[1])
        return True

    def order(self, word, milliseconds):
        self.process.stdin.write(f"{word} {milliseconds}\n")
        self.process.stdin.flush()
        require(self.process.stdout.readline() == "done\n", "the server does not obey")

    def advance(self, milliseconds):
        """The machine sleeps."""
        self.offset += milliseconds
        if self.process:
            self.order("advance", milliseconds)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self):
        self.process.stdin.close()
        require(self.process.wait(60) == 0, "a clean stop fails")
        self.process = None
        names = sorted(os.listdir(self.folder))
        require("ledger.sqlite-wal" not in names, f"a clean stop leaves {names}")

    def now(self):
        return int(time.time() * 1000) + self.offset

    def call(self, method, path, body=None, headers=None):
        """The status and the answer; (0, {}) when there was none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": "application/json", **(headers or {})}
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}
        finally:
            connection.close()


def milliseconds(timestamp):
    seconds, fraction = timestamp.rstrip("Z").split(".")
    moment = time.strptime(seconds, "%Y-%m-%dT%H:%M:%S")
    return calendar.timegm(moment) * 1000 + int(fraction)


class Model:
    """What the ledger has said."""

    def __init__(self):
        self.lock = threading.Lock()
        self.stored = {}  # (stream, partition, offset) -> (value, timestamp)
        self.places = {}  # value -> (stream, partition, offset)
        self.open = set()  # values of which nothing is known
        self.refused = set()
        self.ends = {}  # (stream, partition) -> the offset after the last that is known
        self.earliest = {}
        self.counts = {"stored": 0, "open": 0, "refused": 0, "read": 0, "expired": 0}

    def note_stored(self, stream, event, value):
        place = (stream, event["partition"], event["offset"])
        with self.lock:
            require(value not in self.refused, f"{value} was refused, and is stored at {place}")
            known = self.stored.get(place)
            require(known is None or known[0] == value, f"{place} is {known} and {value}")
            require(self.places.get(value, place) == place, f"{value} is stored twice, at {place}")
            self.counts["stored"] += known is None
            self.stored[place] = (value, milliseconds(event["timestamp"]))
            self.places[value] = place
            self.open.discard(value)
            end = self.ends.get(place[:2], 0)
            self.ends[place[:2]] = max(end, place[2] + 1)

    def note_failed(self, values, is_open):
        with self.lock:
            self.counts["open" if is_open else "refused"] += len(values)
            (self.open if is_open else self.refused).update(values)


def may_have_happened(status, answer):
    if status == 0 or answer.get("error") in ("outcome_unknown", "partial_publish"):
        return True
    return "may" in answer.get("message", "") and status >= 500


class Writer(threading.Thread):
    """Publishes until it is told to stop."""

    def __init__(self, server, model, name, seed, failures):
        super().__init__(daemon=True)
        self.server, self.model, self.writer = server, model, name
        self.random, self.failures, self.count = random.Random(seed), failures, 0
        self.goes_on = True

    def run(self):
        try:
            while self.goes_on:
                self.publish()
        except Exception as failure:
            self.failures.append(failure)

    def publish(self):
        stream = self.random.choice(list(STREAMS))
        events = []
        for _ in range(self.random.choice([1, 1, 3, 20])):
            self.count += 1
            size = self.random.choice([0, 0, 50, 1000])
            value = f"{self.writer}-{self.count}-" + "x" * size
            key = f"k{self.random.randrange(50)}"
            events.append({"key": key, "type": "soak", "data": value})
        values = [event["data"] for event in events]
        headers = {"Idempotency-Key": values[0][:40]} if self.random.random() < 0.4 else {}
        for attempt in range(3 if headers else 1):
            path = f"/streams/{stream}/events"
            status, answer = self.server.call("POST", path, {"events": events}, headers)
            if status == 200:
                for value, event in zip(values, answer["events"]):
                    self.model.note_stored(stream, event, value)
                time.sleep(0.01)
                return
            is_open = may_have_happened(status, answer)
            if not is_open:
                break
            time.sleep(0.05)
        # An earlier try of the same may have been stored.
        self.model.note_failed(values, is_open or attempt > 0)
        time.sleep(0.02)


class Soak:
    def __init__(self, place, server_binary, ledger_binary, seed):
        self.random = random.Random(seed)
        self.folder = os.path.join(place, "data")
        self.ballast = os.path.join(place, "ballast")
        self.server = Server(server_binary, self.folder)
        self.ledger = ledger_binary
        self.model = Model()
        self.failures = []
        self.writers = 0
        self.rounds = 0

    def begin(self):
        require(self.server.start(), "the server does not start")
        for name, (hours, compaction, partitions) in STREAMS.items():
            stream = {"stream_id": name, "retention_hours": hours, "compaction": compaction}
            status, _ = self.server.call(
                "POST", "/streams", {**stream, "partition_count": partitions}
            )
            require(status == 201, f"creating {name}: {status}")
            path = f"/streams/{name}/subscriptions"
            body = {"subscription_id": "soak", "start_from": "earliest"}
            require(self.server.call("POST", path, body)[0] == 201, f"subscribing to {name}")

    def round(self):
        """Publishing while something happens; then the whole log is looked at."""
        self.rounds += 1
        machine = [self.sleep, self.leap, self.power_off, self.shorten]
        trouble = self.random.choice([self.kill, self.restart, self.fill, *machine])
        writers = []
        for _ in range(3):
            self.writers += 1
            seed = self.random.random()
            writers.append(
                Writer(self.server, self.model, f"w{self.writers}", seed, self.failures)
            )
        for writer in writers:
            writer.start()
        time.sleep(self.random.uniform(0.2, 1))
        try:
            trouble()
            time.sleep(self.random.uniform(0.1, 0.5))
        finally:
            for writer in writers:
                writer.goes_on = False
            for writer in writers:
                writer.join(120)
        if self.failures:
            raise self.failures[0]
        self.settle()
        self.consume()
        self.check()
        print(
            f"round {self.rounds}: {trouble.__name__}; day {self.server.offset / DAY:.1f}; "
            + ", ".join(f"{count} {name}" for name, count in self.model.counts.items()),
            flush=True,
        )

    # What happens

    def sleep(self):
        self.server.advance(self.random.choice([60_000, HOUR, 5 * HOUR, 3 * DAY]))

    def kill(self):
        self.server.kill()
        require(self.server.start(), "the server does not start after kill -9")

    def restart(self):
        self.server.stop()
        self.server.advance(self.random.choice([1000, 12 * HOUR, 4 * DAY]))
        require(self.server.start(), "the server does not start after a clean stop")

    def fill(self):
        with open(self.ballast, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(65_536))
            except OSError:
                pass
        time.sleep(1)
        if self.random.random() < 0.3:
            self.server.kill()
            is_up = self.server.start()
            os.unlink(self.ballast)
            require(is_up or self.server.start(), "the server does not start when there is room")
        else:
            os.unlink(self.ballast)

    def leap(self):
        """A clock nine days ahead for some seconds; sometimes also for a process that starts."""
        self.server.order("ahead", 9 * DAY)
        time.sleep(self.random.uniform(0.5, 2))
        self.server.order("ahead", 0)

    def power_off(self):
        """The machine is off for days: its clock is in doubt, until its operator accepts it."""
        self.server.kill()
        self.server.boot += 1
        self.server.advance(self.random.choice([2 * HOUR, 2 * DAY, 9 * DAY]))
        require(self.server.start(), "the server does not start after its machine was off")
        status, answer = self.server.call("GET", "/health")
        suspect = answer.get("status") == "clock_suspect" or answer.get("error") == "clock_suspect"
        require(suspect, f"a machine that was off is in no doubt: {status} {answer}")
        require(self.server.call("POST", "/accept-clock")[0] == 200, "accepting the clock")

    def shorten(self):
        """Days pass, minute by minute, so that sweeps run and rows go."""
        for _ in range(20):
            self.server.advance(6 * HOUR)
            time.sleep(0.1)

    # What must be

    def settle(self):
        deadline = time.time() + 60
        while self.server.call("GET", "/health")[0] != 200:
            require(time.time() < deadline, f"not well: {self.server.call('GET', '/health')}")
            time.sleep(0.1)

    def consume(self):
        """The subscriptions get on."""
        for name in STREAMS:
            path = f"/streams/{name}/subscriptions/soak"
            for _ in range(100_000):
                status, page = self.server.call("GET", f"{path}/poll?limit=1000")
                if status == 410:
                    seek = self.server.call("POST", f"{path}/seek", {"to": "earliest"})
                    require(seek[0] == 200, f"seeking: {seek}")
                    continue
                require(status == 200, f"polling {name}: {status} {page}")
                body = {"cursor": page["cursor"]}
                status, answer = self.server.call("POST", f"{path}/commit", body)
                require(status == 200, f"committing: {status} {answer}")
                if page["caught_up"]:
                    break

    def check(self):
        for name, (_, _, partitions) in STREAMS.items():
            for partition in range(partitions):
                self.check_partition(name, partition)
        verify = subprocess.run(
            [self.ledger, "verify", "--data", self.folder], capture_output=True, text=True
        )
        require(verify.returncode == 0, f"verify: {verify.stdout}{verify.stderr}")

    def check_partition(self, stream, partition):
        hours = STREAMS[stream][0]
        before = self.server.now()
        status, described = self.server.call("GET", f"/streams/{stream}")
        require(status == 200, f"describing {stream}: {status} {described}")
        entry = described["partitions"][partition]
        earliest, end = entry["earliest_offset"], entry["next_offset"]
        place = (stream, partition)
        known_end = self.model.ends.get(place, 0)
        require(end >= known_end, f"{place} ends at {end}, not at {known_end} or later")
        last = self.model.earliest.get(place, 0)
        require(earliest >= last, f"{place} begins at {earliest}, after {last}")
        for offset in range(last, earliest):
            known = self.model.stored.pop((*place, offset), None)
            if known is None:
                continue
            self.model.counts["expired"] += 1
            age = before + 10_000 - known[1]
            require(
                age >= hours * HOUR,
                f"{place}: offset {offset} is gone at an age of {age} ms",
            )
        self.model.earliest[place] = earliest
        self.read(place, earliest, end)

    def read(self, place, offset, end):
        stream, partition = place
        while offset < end:
            path = f"/streams/{stream}/events?partition={partition}&from={offset}&limit=1000"
            status, page = self.server.call("GET", path)
            if status == 410:
                return  # expired meanwhile
            require(status == 200, f"reading {place} at {offset}: {status} {page}")
            require(page["events"], f"reading {place} at {offset}: nothing before {end}")
            for event in page["events"]:
                require(event["offset"] == offset, f"{place}: {event['offset']}, not {offset}")
                known = self.model.stored.get((*place, offset))
                require(
                    known or event["data"] in self.model.open,
                    f"{place}: nobody published {event['data'][:40]} at {offset}",
                )
                self.model.note_stored(stream, event, event["data"])
                self.model.counts["read"] += 1
                offset += 1


def binaries():
    for kind in ("release", "debug"):
        folder = os.path.join(ROOT, ".build", kind)
        found = [os.path.join(folder, name) for name in ("soak-server", "eventledger")]
        if all(os.access(binary, os.X_OK) for binary in found):
            return found
    sys.exit("soak: build first: swift build")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--forever", action="store_true")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        return outside(options)
    size = f"size={DISK_MEGABYTES}m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", options.inside], check=True)
    soak = Soak(options.inside, *binaries(), options.seed)
    end = time.time() + options.seconds
    try:
        soak.begin()
        while options.forever or time.time() < end:
            soak.round()
        soak.server.stop()
    except Failure as failure:
        print(f"soak: BROKEN in round {soak.rounds}: {failure}", file=sys.stderr)
        print(f"run it again with --seed {options.seed}; the data are in {keep(options.inside)}")
        return 1
    finally:
        if soak.server.process:
            soak.server.kill()
    print(f"soak: {soak.rounds} rounds, {soak.server.offset / DAY:.0f} days, nothing lost")
    return 0


def keep(place):
    """What the small file system holds, where it outlives this process."""
    kept = tempfile.mkdtemp(prefix="eventledger-soak-")
    shutil.copytree(place, kept, dirs_exist_ok=True, ignore=shutil.ignore_patterns("ballast"))
    return kept


def outside(options):
    print(f"soak: seed {options.seed}", flush=True)
    namespace = ["unshare", "--mount", "--propagation", "private"]
    if os.geteuid() != 0:
        namespace += ["--user", "--map-root-user"]
    command = [sys.executable, os.path.abspath(__file__), "--seed", str(options.seed)]
    command += ["--forever"] if options.forever else ["--seconds", str(options.seconds)]
    with tempfile.TemporaryDirectory(prefix="eventledger-soak-") as place:
        return subprocess.run([*namespace, *command, "--inside", place]).returncode


if __name__ == "__main__":
    sys.exit(main())
