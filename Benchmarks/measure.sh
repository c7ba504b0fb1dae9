#!/usr/bin/env bash
# What the benchmarks of a running ledger share: sourced, not run. Needs Linux and clang, and installs what
# is missing through apt.

# Each measurement takes so long.
seconds=${BENCH_SECONDS:-6}
# The executable that start_ledger starts.
binary=
results=$(mktemp -d)
ledger_pid=
# The server that it is compared with, of which one runs at a time.
peer_pid=

stop() { # pid, signal
    if [[ -n $1 ]]; then
        kill -"${2:-TERM}" "$1" 2>/dev/null || true
        # The shell says what killed a process while it waits for it.
        { wait "$1" || true; } 2>/dev/null
    fi
}

clean_up() {
    stop "$ledger_pid"
    stop "$peer_pid"
    rm -rf "$results"
}
trap clean_up EXIT

fail() { # what is wrong
    echo "bench: $1" >&2
    exit 1
}

need() { # command, package
    if ! command -v "$1" >/dev/null 2>&1; then
        local root=()
        [[ $(id -u) -eq 0 ]] || root=(sudo)
        "${root[@]}" apt-get update -qq
        "${root[@]}" apt-get install -y -qq "$2"
    fi
}
need taskset util-linux
need clang clang

# A load has a thread for each core of its own. Where it has none, one thread costs least.
if [[ $(nproc) -ge 4 ]]; then
    server_cores=(taskset --cpu-list "0,1")
    load_cores=(taskset --cpu-list "2,3")
    threads=2
else
    echo "fewer than four cores: server and load share them, so only the ratios mean anything"
    server_cores=()
    load_cores=()
    threads=1
fi

compile() { # a load program, and what it is made of beside client.c
    local files=("${@/%/.c}" client.c)
    clang -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -pthread "${files[@]/#/Benchmarks/load/}" \
        -o "$results/$1"
}
compile load lanes works waiting others ledger redis nats postgres protocol wire events histogram machine

load() { # server, work, options: see load.c
    local pid=$ledger_pid
    [[ $1 == ledger ]] || pid=$peer_pid
    "${load_cores[@]}" "$results/load" "$1" "$2" "port=$port" "pid=$pid" "threads=$threads" \
        "milliseconds=$((seconds * 1000))" "${@:3}"
}

value() { # name, in a report of `load`
    awk -v name="$1" '$1 == name { print $2 }' <<<"$2"
}

free_port() {
    value port "$("$results/load" ledger port)"
}

ready_after() { # server, when it was started; milliseconds
    value ready "$(load "$1" ready "since=$2" milliseconds=60000)"
}

launch_ledger() { # on the data that there is; the name for how many milliseconds it took
    port=$(free_port)
    local started=${EPOCHREALTIME/[.,]/}
    "${server_cores[@]}" "$binary" serve --port "$port" --data "$data" --log-level error \
        >/dev/null 2>&1 &
    ledger_pid=$!
    url=http://127.0.0.1:$port
    record "$1" "$(ready_after ledger "$started")"
}

start_ledger() { # extra members of the stream
    data=$(mktemp -d -p "$results")
    launch_ledger started
    post /streams "{\"stream_id\": \"bench\"${1:-}}"
}

stop_ledger() {
    stop "$ledger_pid"
    ledger_pid=
    rm -rf "$data"
}

start_redis() {
    port=$(free_port)
    data=$(mktemp -d -p "$results")
    # A rewrite of its log in between would count against it.
    "${server_cores[@]}" redis-server --port "$port" --bind 127.0.0.1 --dir "$data" --save '' \
        --appendonly yes --appendfsync always --auto-aof-rewrite-percentage 0 >/dev/null 2>&1 &
    peer_pid=$!
    ready_after redis 0 >/dev/null
}

stop_peer() {
    stop "$peer_pid"
    peer_pid=
    rm -rf "$data"
}

stop_redis() {
    stop_peer
}

post() { # path, JSON
    curl -sS --fail-with-body -X POST "$url$1" -H 'Content-Type: application/json' -d "$2" \
        >/dev/null
}

record() { # name, value
    echo "$2" >>"$results/$1"
}

record_report() { # prefix, a report of `load`
    local name number
    while read -r name number; do
        record "$1.$name" "$number"
    done <<<"$2"
}

median() {
    sort -n "$results/$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

ratio() { # two names: the first's median to the second's
    awk -v a="$(median "$1")" -v b="$(median "$2")" 'BEGIN { printf "%.2f\n", a / b }'
}
