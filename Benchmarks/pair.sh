#!/usr/bin/env bash
# Runs two executables of the ledger in turn and prints the second's medians as ratios to the first's:
# Benchmarks/pair.sh OLD NEW. BENCH_ROUNDS rounds (5) of BENCH_SECONDS (6) for each kind of work.
# The server's CPU time per request is the steadier figure where server and load share their cores.
set -euo pipefail
cd "$(dirname "$0")/.."

old=$(realpath "$1")
new=$(realpath "$2")
rounds=${BENCH_ROUNDS:-5}
# shellcheck source=Benchmarks/measure.sh
source Benchmarks/measure.sh

run() { # prefix, work, options of the load
    local report
    report=$(load ledger "${@:2}")
    record_report "$1" "$report"
}

measure() { # prefix, executable
    binary=$2
    start_ledger
    run "$1.single" publish connections=64
    stop_ledger
    start_ledger
    run "$1.pipelined" publish connections=64 pipeline=16
    stop_ledger
    start_ledger
    run "$1.batch" publish connections=32 batch=100
    run "$1.read" read connections=8
    stop_ledger
}

for ((round = 1; round <= rounds; round++)); do
    echo "round $round of $rounds"
    if ((round % 2)); then
        measure old "$old"
        measure new "$new"
    else
        measure new "$new"
        measure old "$old"
    fi
done

compare() { # title, name
    awk -v t="$1" -v a="$(median "old.$2")" -v b="$(median "new.$2")" \
        'BEGIN { printf "%-44s %12.1f %12.1f %8.3f\n", t, a, b, b / a }'
}

compare_work() { # title, name
    compare "$1, events/s" "$2.events_per_second"
    compare "$1, server's µs a request" "$2.server_us"
}

printf '%-44s %12s %12s %8s\n' "medians of $rounds rounds" old new ratio
compare_work "single events" single
compare "single events, p99, ms" single.p99
compare_work "single events, 16 pipelined" pipelined
compare_work "batches of 100" batch
compare_work "pages of 1,000" read
