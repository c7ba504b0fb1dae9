"""A cloud that serves in the background, and the file by which it is found again."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

# How long stopping may take, seconds; with --check it includes destroying.
PATIENCE = 120


class Background:
    def __init__(self, state):
        self.state, self.log = state, state.with_suffix(".log")

    def start(self, options):
        """Starts a cloud and waits until it serves; the exit status."""
        if self.running():
            print(f"local-cloud: {self.state}: one is running already", file=sys.stderr)
            return 1
        self.state.parent.mkdir(parents=True, exist_ok=True)
        self.state.unlink(missing_ok=True)
        command = [sys.executable, "-m", __package__, "run", "--state", str(self.state), *options]
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)
        try:
            self.wait_until_it_serves(process)
        except KeyboardInterrupt:
            self.end(process.pid)
            return 130
        if process.poll() is not None:
            sys.stderr.write(self.log.read_text(errors="replace"))
            return 1
        print(self.state.read_text(), end="")
        return 0

    def wait_until_it_serves(self, process):
        while process.poll() is None and not self.state.exists():
            time.sleep(0.1)

    def stop(self):
        """Stops the cloud of the state file; the exit status."""
        pid = self.running()
        if not pid:
            print(f"local-cloud: {self.state}: none is running", file=sys.stderr)
            return 1
        clean = self.end(pid)
        if clean and not self.state.exists():
            return 0
        sys.stderr.write(self.log.read_text(errors="replace"))
        return 1

    def running(self):
        """The process id of the state file's cloud, if it is alive and one of ours."""
        try:
            pid = json.loads(self.state.read_text())["pid"]
        except (OSError, ValueError, KeyError):
            return None
        return pid if is_ours(pid) else None

    def end(self, pid):
        """Asks it to stop, at last makes it; true when asking was enough."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        while is_ours(pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        if not is_ours(pid):
            return True
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        return False


def is_ours(pid):
    """Whether the process lives and is a local cloud: numbers are used again."""
    found = subprocess.run(
        ["ps", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return __package__ in found.stdout and not found.stdout.lstrip().startswith("Z")
