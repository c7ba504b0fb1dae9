#!/usr/bin/env bash
# Makes .tools/venv, the Python environment of the checks, with the versions of requirements.txt.
# Does nothing when it is up to date.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=scripts/requirements.txt
made=.tools/venv/requirements.txt

if cmp -s "$wanted" "$made"; then
    exit 0
fi
echo "tools: installing the checks' Python packages into .tools/venv" >&2
rm -rf .tools/venv
python3 -m venv .tools/venv
.tools/venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$wanted"
cp "$wanted" "$made"
