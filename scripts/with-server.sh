#!/usr/bin/env bash
# Runs a command against a server of its own, on a free port and with a folder that is removed
# afterwards: scripts/with-server.sh [--unless-set | --dynamodb] [--keys] COMMAND…
#
# --dynamodb          a server on a table of a local AWS of its own, instead of SQLite
# --keys              a server that needs API keys; EVENTLEDGER_API_KEY is set for the command
# EVENTLEDGER_BINARY  the binary; the release build by default, else the debug build
# EVENTLEDGER_URL     set for the command; with --unless-set, one that is set already is used
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [ "${1:-}" = --unless-set ]; then
    shift
    [ -z "${EVENTLEDGER_URL:-}" ] || exec "$@"
fi

table=
if [ "${1:-}" = --dynamodb ]; then
    [ -n "${AWS_ENDPOINT_URL:-}" ] || exec "$root/LocalCloud/with-local-aws.sh" "$root/scripts/with-server.sh" "$@"
    shift
    table=eventledger-$$
fi

keys=no
if [ "${1:-}" = --keys ]; then
    shift
    keys=yes
fi

binary=${EVENTLEDGER_BINARY:-}
for candidate in "$root"/.build/{release,debug}/eventledger; do
    [ -n "$binary" ] || ! [ -x "$candidate" ] || binary=$candidate
done
if [ -z "$binary" ]; then
    echo "with-server: there is no binary; build one with ./justw build" >&2
    exit 1
fi

folder=$(mktemp -d)
server=
# shellcheck disable=SC2329 # called by the trap
stop() {
    if [ -n "$server" ]; then
        kill -TERM "$server" 2>/dev/null || true
        # The server itself gives up waiting for its clients after 30 s.
        for _ in $(seq 700); do
            kill -0 "$server" 2>/dev/null || break
            sleep 0.05
        done
        kill -KILL "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ $keys = yes ]; then
    "$binary" key new >"$folder/key"
    EVENTLEDGER_API_KEY=$(sed -n 's/^key  *//p' "$folder/key")
    EVENTLEDGER_ROOT_KEY_HASH=$(sed -n 's/^hash  *//p' "$folder/key")
    export EVENTLEDGER_API_KEY EVENTLEDGER_ROOT_KEY_HASH
fi

place=(--data "$folder/data")
if [ -n "$table" ]; then
    "$root/.tools/venv/bin/python" "$root/LocalCloud/local-table.py" "$table"
    place=(--table "dynamodb:$table")
fi

: >"$folder/out"
"$binary" serve --host 127.0.0.1 --port 0 "${place[@]}" >>"$folder/out" 2>"$folder/log" &
server=$!

url=
# Two minutes, for a busy machine.
for _ in $(seq 2400); do
    url=$(sed -n 's/^ *url  *//p' "$folder/out")
    [ -z "$url" ] || break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.05
done
if [ -z "$url" ]; then
    echo "with-server: the server did not start:" >&2
    cat "$folder/out" "$folder/log" >&2
    exit 1
fi

export EVENTLEDGER_URL=$url EVENTLEDGER_BINARY=$binary
status=0
"$@" || status=$?
if [ $status != 0 ] && [ -s "$folder/log" ]; then
    echo "with-server: the end of the server's log:" >&2
    tail -n 20 "$folder/log" >&2
fi
exit $status
