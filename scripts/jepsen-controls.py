#!/usr/bin/env python3
"""Break rules in the three servers, one at a time, and say how soon the judge of `just jepsen` notices.

usage: jepsen-controls.py JEPSEN [RULE...]

JEPSEN and the server beside it are built so that rules can be broken. Fails when a broken rule
was not noticed, or as something else than it should be.
"""

import os
import subprocess
import sys

SECONDS = 30
TRIES = 3
# Seconds that starting, stopping and the last look may take; where a log is past reading, that never ends.
REST = 120

# What the judge must say of servers that do not keep the rule.
NOTICED = {
    "ownAppend": "twice",
    "idempotency": "twice",
}


def notice(jepsen: str, rule: str) -> tuple[int, str] | None:
    """After how many runs the judge said what it should, and the line; None when it never did."""
    for run in range(1, TRIES + 1):
        environment = {**os.environ, "EVENTLEDGER_BREAK": rule}
        command = [jepsen, str(SECONDS), "--seed", str(run)]
        try:
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS + REST)
        except subprocess.TimeoutExpired:
            continue
        found = [line.strip() for line in done.stdout.splitlines() if NOTICED[rule] in line]
        if done.returncode == 1 and found:
            return run, found[-1]
    return None


def main() -> int:
    jepsen, *rules = sys.argv[1:]
    missed = []
    for rule in rules or NOTICED:
        found = notice(jepsen, rule)
        if found is None:
            missed.append(rule)
            print(f"{rule}: not noticed in {TRIES} runs of {SECONDS} s", flush=True)
        else:
            print(f"{rule}: noticed in run {found[0]} of {SECONDS} s as: {found[1]}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
