#!/usr/bin/env python3
"""Runs the commands of README.md against the server at EVENTLEDGER_URL, so that they cannot go stale.

A fenced `bash` block after the comment `<!-- run -->` is run; all of them in order, in one bash
session that ends at the first command that fails. `curl` runs with --fail-with-body. A fenced
`json` or `text` block after `<!-- output -->` is what the block before it prints: JSON must have
the same keys and types, text the same number of lines that are not empty.

Where the README has the usual address of a server, EVENTLEDGER_URL stands instead; the folder of
EVENTLEDGER_BINARY, or of the release build, comes first in the PATH. scripts/with-server.sh sets
both. Every command is printed with its answer. With --list the commands are only shown.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^<!-- (run|output) -->\s*\n```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
USUAL_URLS = ("http://127.0.0.1:8080", "http://localhost:8080")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true", help="show the commands, run nothing")
    parser.add_argument("--file", type=Path, default=ROOT / "README.md")
    arguments = parser.parse_args()
    blocks = read_blocks(arguments.file)
    if arguments.list:
        print("\n".join(block["code"] for block in blocks))
        return
    url = os.environ.get("EVENTLEDGER_URL", "").rstrip("/")
    if not url:
        sys.exit("readme-commands: EVENTLEDGER_URL is not set; see scripts/with-server.sh")
    with tempfile.TemporaryDirectory(prefix="eventledger-readme-") as folder:
        failed = run(blocks, url, Path(folder))
    sys.exit(1 if failed else 0)


# The README


def read_blocks(path):
    """The marked blocks: each with its code, its line and what it should print, if that is shown."""
    text = path.read_text(encoding="utf-8")
    blocks = []
    for match in FENCE.finditer(text):
        kind, language, content = match.groups()
        line = text.count("\n", 0, match.start()) + 3
        if kind == "run" and language == "bash":
            blocks.append({"code": content, "line": line, "output": None})
        elif kind == "output" and language in ("json", "text") and blocks:
            blocks[-1]["output"] = (language, content, line)
        else:
            sys.exit(f"{path.name}:{line}: a {kind} block may not be {language} here")
    if not blocks:
        sys.exit(f"{path.name}: no block is marked with <!-- run -->")
    return blocks


# The session


def run(blocks, url, folder):
    """Runs the blocks and says whether something failed."""
    script = ["set -euo pipefail", 'curl() { command curl --fail-with-body "$@"; }']
    for number, block in enumerate(blocks):
        code = block["code"]
        for usual in USUAL_URLS:
            code = code.replace(usual, url)
        output = folder / f"output-{number}"
        # Braces keep the variables for the blocks that follow.
        script.append(f"{{\n{code}\n}} >'{output}'")
    binary = Path(os.environ.get("EVENTLEDGER_BINARY") or ROOT / ".build/release/eventledger")
    path = f"{binary.resolve().parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "EVENTLEDGER_URL": url}
    session = subprocess.run(["bash", "-c", "\n".join(script)], cwd=ROOT, env=environment)

    failed = False
    for number, block in enumerate(blocks):
        output = folder / f"output-{number}"
        if not output.exists():
            break
        text = output.read_text(encoding="utf-8")
        last = not (folder / f"output-{number + 1}").exists()
        problem = None
        if last and session.returncode != 0:
            problem = f"exit status {session.returncode}"
        elif block["output"]:
            problem = difference(block["output"], text)
        print(f"README.md:{block['line']}: {problem or 'ok'}")
        failed = failed or problem is not None
        print(indented(block["code"]) + "\n  answered\n" + indented(text))
    return failed or session.returncode != 0


def indented(text):
    return "\n".join("    " + line for line in text.rstrip("\n").split("\n"))


# What was printed


def difference(expected, text):
    """What differs between the README's output and the real one; None when their shapes agree."""
    language, shown, line = expected
    if language == "text":
        wanted, found = filled_lines(shown), filled_lines(text)
        return None if wanted == found else f"{found} lines, not {wanted} as at line {line}"
    try:
        wanted, found = json_values(shown), json_values(text)
    except ValueError as error:
        return f"not JSON: {error}"
    if shape(wanted) != shape(found):
        return f"another shape than at line {line}: {shape(found)}, not {shape(wanted)}"
    return None


def filled_lines(text):
    return sum(1 for line in text.split("\n") if line.strip())


def json_values(text):
    """The JSON values that stand one after the other in a text."""
    decoder = json.JSONDecoder()
    values = []
    text = text.strip()
    while text:
        value, end = decoder.raw_decode(text)
        values.append(value)
        text = text[end:].strip()
    return values


def shape(value):
    """Keys and types, without the values; a list has the shapes that occur in it."""
    if isinstance(value, dict):
        return {key: shape(element) for key, element in sorted(value.items())}
    if isinstance(value, list):
        shapes = []
        for element in map(shape, value):
            if element not in shapes:
                shapes.append(element)
        return shapes
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return "number" if isinstance(value, (int, float)) else "string"


if __name__ == "__main__":
    main()
