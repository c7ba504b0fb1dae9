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

cpu() { # clock ticks that the server has used
    awk '{ print $14 + $15 }' "/proc/$ledger_pid/stat"
}

run() { # prefix, work, events a request, script, connections
    local before report
    before=$(cpu)
    report=$(load "$4" "$5")
    record "$1.$2" "$(per_second "$report" "$3")"
    record "$1.$2.cpu" "$(awk -v ticks=$(($(cpu) - before)) -v hertz="$(getconf CLK_TCK)" \
        '/requests in/ { printf "%.1f\n", ticks / hertz / $1 * 1e6 }' <<<"$report")"
}

measure() { # prefix, executable
    binary=$2
    start_ledger ''
    run "$1" single 1 single 64
    stop_ledger
    start_ledger ''
    run "$1" batch 100 batch 32
    BENCH_LAST=50000 run "$1" read 1000 read 8
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
        'BEGIN { printf "%-40s %12.1f %12.1f %8.3f\n", t, a, b, b / a }'
}

printf '%-40s %12s %12s %8s\n' "medians of $rounds rounds" old new ratio
compare "single events, events/s" single
compare "single events, server's µs a request" single.cpu
compare "batches of 100, events/s" batch
compare "batches of 100, server's µs a request" batch.cpu
compare "pages of 1,000, events/s" read
compare "pages of 1,000, server's µs a request" read.cpu
