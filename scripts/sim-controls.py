#!/usr/bin/env python3
"""Break each rule of the ledger in turn, and say after how many histories that was noticed.

usage: sim-controls.py SIMULATOR [--limit N] [--write DOCUMENT]

A rule counts as noticed when a promise is broken that needs it, not when anything is. Prints a
table. With --write, the table between the document's marks is replaced. Fails when a broken rule was
not noticed within the limit.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

BEGIN = "<!-- controls: begin -->"
END = "<!-- controls: end -->"


def rules(simulator: str) -> list[str]:
    return subprocess.run([simulator, "rules"], check=True, capture_output=True, text=True).stdout.split()


def noticed(simulator: str, rule: str, limit: int) -> tuple[str, str] | None:
    """After how many histories, and as what; None when never."""
    command = [simulator, "run", "--seed", "1", "--count", str(limit), "--break", rule]
    done = subprocess.run(command, capture_output=True, text=True)
    after = re.search(r"breaks a promise, after (\d+) that did not", done.stdout)
    finding = re.search(r"^  (.+)$", done.stdout, re.MULTILINE)
    if not after or not finding:
        return None
    return after.group(1), finding.group(1)


def general(finding: str) -> str:
    """A finding without the names and numbers of its history."""
    return re.sub(r"[0-9a-f]{32}", "…", finding).replace("|", "\\|")[:110]


def replace_table(path: str, table: str) -> None:
    document = pathlib.Path(path)
    text = document.read_text()
    head, rest = text.split(BEGIN)
    tail = rest.split(END)[1]
    document.write_text(f"{head}{BEGIN}\n{table}\n{END}{tail}")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("simulator")
    parser.add_argument("--limit", type=int, default=60_000)
    parser.add_argument("--write")
    options = parser.parse_args()
    names = rules(options.simulator)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda rule: noticed(options.simulator, rule, options.limit), names)
    lines = ["| rule switched off | histories before it is noticed | noticed as |", "|---|---|---|"]
    missed = []
    for name, finding in zip(names, found):
        if finding is None:
            missed.append(name)
            finding = (f"not in {options.limit}", "")
        lines.append(f"| `{name}` | {finding[0]} | {general(finding[1])} |")
    print("\n".join(lines))
    if options.write:
        replace_table(options.write, "\n".join(lines))
    if missed:
        print(f"not noticed within {options.limit} histories: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
