#!/usr/bin/env bash
# Starts the release build on a free port with a data folder of its own, and checks its answers
# against the API description.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
server=

clean_up() {
    if [[ -n $server ]]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap clean_up EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
binaries=$(swift build --configuration release --show-bin-path)

"$binaries/eventledger" serve --port "$port" --data "$folder/data" &
server=$!

.tools/venv/bin/python scripts/check-live-api.py "http://127.0.0.1:$port"
