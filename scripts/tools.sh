#!/usr/bin/env bash
# Makes the Python environments of the checks, from the files whose hashes their requirements name:
# .tools/venv, and with the argument `checkov` .tools/checkov. Does nothing when up to date.
set -euo pipefail
cd "$(dirname "$0")/.."

make_environment() { # folder, requirements
    local made=$1/requirements.txt
    if cmp -s "$2" "$made"; then
        return
    fi
    echo "tools: installing the checks' Python packages into $1" >&2
    rm -rf "$1"
    python3 -m venv "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$2"
    cp "$2" "$made"
}

case ${1:-} in
'') make_environment .tools/venv scripts/requirements.txt ;;
checkov) make_environment .tools/checkov scripts/requirements-checkov.txt ;;
*)
    echo "tools: no environment $1" >&2
    exit 2
    ;;
esac
