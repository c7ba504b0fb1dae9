#!/usr/bin/env bash
# What the benchmarks of a running ledger share: sourced, not run. Needs Linux, and installs what is missing
# through apt.

# Each measurement takes so long.
seconds=${BENCH_SECONDS:-6}
# The executable that start_ledger starts.
binary=
results=$(mktemp -d)
ledger_pid=
redis_pid=

stop() { # pid
    if [[ -n $1 ]]; then
        kill "$1" 2>/dev/null || true
        wait "$1" 2>/dev/null || true
    fi
}

clean_up() {
    stop "$ledger_pid"
    stop "$redis_pid"
    rm -rf "$results"
}
trap clean_up EXIT

need() { # command, package
    if ! command -v "$1" >/dev/null 2>&1; then
        local root=()
        [[ $(id -u) -eq 0 ]] || root=(sudo)
        "${root[@]}" apt-get install -y -qq "$2"
    fi
}
need wrk wrk
need taskset util-linux

if [[ $(nproc) -ge 4 ]]; then
    server_cores=(taskset --cpu-list "0,1")
    load_cores=(taskset --cpu-list "2,3")
else
    echo "fewer than four cores: server and load share them, so only the ratios mean anything"
    server_cores=()
    load_cores=()
fi

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start_ledger() { # extra members of the stream
    port=$(free_port)
    data=$(mktemp -d -p "$results")
    "${server_cores[@]}" "$binary" serve --port "$port" --data "$data" --log-level error \
        >/dev/null 2>&1 &
    ledger_pid=$!
    url=http://127.0.0.1:$port
    until curl -s "$url/health" >/dev/null; do :; done
    curl -s -X POST "$url/streams" -H 'Content-Type: application/json' \
        -d "{\"stream_id\": \"bench\"$1}" >/dev/null
}

stop_ledger() {
    stop "$ledger_pid"
    ledger_pid=
    rm -rf "$data"
}

start_redis() {
    port=$(free_port)
    data=$(mktemp -d -p "$results")
    "${server_cores[@]}" redis-server --port "$port" --bind 127.0.0.1 --dir "$data" --save '' \
        --appendonly yes --appendfsync always >/dev/null 2>&1 &
    redis_pid=$!
    until redis-cli -p "$port" ping >/dev/null 2>&1; do :; done
}

stop_redis() {
    stop "$redis_pid"
    redis_pid=
    rm -rf "$data"
}

redis_rate() { # redis-benchmark's options and command
    "${load_cores[@]}" redis-benchmark -p "$port" -q "$@" 2>/dev/null | tr '\r' '\n' |
        sed -n 's/.*: \([0-9.]*\) requests per second.*/\1/p' | tail -1
}

payload=$(head -c 135 /dev/urandom | base64 -w0 | head -c 180)

redis_append_rate() { # redis-benchmark's options
    redis_rate "$@" -r 10000 XADD s '*' key order-__rand_int__ data "$payload"
}

post() { # path, JSON
    curl -sS --fail-with-body -X POST "$url$1" -H 'Content-Type: application/json' -d "$2" \
        >/dev/null
}

compile() { # a load program
    clang -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -pthread \
        "Benchmarks/load/$1.c" Benchmarks/load/client.c -o "$results/$1"
}

load() { # script, connections
    "${load_cores[@]}" wrk -t2 -c"$2" -d"${seconds}s" --latency -s "Benchmarks/load/$1.lua" "$url"
}

record() { # name, value
    echo "$2" >>"$results/$1"
}

per_second() { # wrk's report, factor
    awk -v factor="$2" '/Requests\/sec/ { printf "%.0f\n", $2 * factor }' <<<"$1"
}

p99() { # wrk's report, in milliseconds
    awk '$1 == "99%" { v = $2; if (v ~ /us$/) printf "%.2f\n", v / 1000
                       else if (v ~ /ms$/) printf "%.2f\n", v + 0
                       else printf "%.2f\n", v * 1000 }' <<<"$1"
}

median() {
    sort -n "$results/$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

ratio() { # two names: the first's median to the second's
    awk -v a="$(median "$1")" -v b="$(median "$2")" 'BEGIN { printf "%.2f\n", a / b }'
}
