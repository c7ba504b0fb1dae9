#!/usr/bin/env bash
# Runs Python with the schema validators of requirements.txt, which live in .tools/schemas.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$root/.tools/schemas
wanted=$root/scripts/requirements.txt

if ! cmp -s "$wanted" "$folder/requirements.txt"; then
    echo "installing the schema validators into .tools/" >&2
    python3 -m venv --clear "$folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check -r "$wanted"
    cp "$wanted" "$folder/requirements.txt"
fi

exec "$folder/bin/python" "$@"
