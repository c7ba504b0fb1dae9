#!/usr/bin/env python3
"""Runs the README's commands against the server at EVENTLEDGER_URL.

A command is run when its ```bash block directly follows the line `<!-- run -->`. All blocks run in
one bash session, in order; the first failure ends it. Only the standard library is used.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^<!-- run -->[ \t]*\n```bash[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
PREAMBLE = """\
set -euo pipefail
curl() { command curl --silent --show-error --fail-with-body "$@"; }
trap 'echo "failed: $BASH_COMMAND" >&2' ERR
exec 2>&1 </dev/null
set -v
"""


def main():
    url = os.environ.get("EVENTLEDGER_URL", "").rstrip("/")
    if not url:
        sys.exit("readme-commands: set EVENTLEDGER_URL, or run it with scripts/with-server.sh")
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.exists() else ""
    blocks = BLOCK.findall(text)
    if not blocks:
        sys.exit("readme-commands: README.md has no block to run")
    if len(blocks) != text.count("<!-- run -->"):
        sys.exit("readme-commands: a `<!-- run -->` in README.md has no ```bash block after it")

    script = "\n".join(blocks)
    for usual in ("http://127.0.0.1:8080", "http://localhost:8080"):
        script = script.replace(usual, url)
    with tempfile.NamedTemporaryFile("w", suffix=".sh", encoding="utf-8") as file:
        file.write(PREAMBLE + script)
        file.flush()
        status = subprocess.run(["bash", file.name], cwd=ROOT, env=environment(url)).returncode
    if status != 0:
        sys.exit(f"readme-commands: a command failed with {status}")
    print(f"\n{len(blocks)} blocks of README.md ran")


def environment(url):
    """The session's environment, with the built binary's folder first in the PATH."""
    binary = os.environ.get("EVENTLEDGER_BINARY") or ROOT / ".build/release/eventledger"
    path = f"{Path(binary).resolve().parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "EVENTLEDGER_URL": url, "PATH": path}


if __name__ == "__main__":
    main()
