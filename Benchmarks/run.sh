#!/usr/bin/env bash
# Runs the ledger and its peer, Redis streams, in turn on one machine and prints medians and ratios.
#
# Durability: both acknowledge an event only after it was fsynced (SQLite synchronous=FULL; Redis
# appendfsync always). Server on two cores, load on the others. Needs Linux, and installs wrk and
# redis-server through apt when they are missing.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${BENCH_ROUNDS:-3}
# shellcheck source=Benchmarks/measure.sh
source Benchmarks/measure.sh
need redis-server redis-server
binary="$(swift build --configuration release --show-bin-path)/eventledger"

measure_ledger() { # prefix, extra members of the stream
    local report
    start_ledger "$2"
    report=$(load single 64)
    record "$1.single" "$(per_second "$report" 1)"
    record "$1.p99" "$(p99 "$report")"
    record "$1.memory" "$(awk '/VmHWM/ { print $2 / 1024 }' "/proc/$ledger_pid/status")"
    stop_ledger
    start_ledger "$2"
    report=$(load batch 32)
    record "$1.batch" "$(per_second "$report" 100)"
    report=$(BENCH_LAST=50000 load read 8)
    record "$1.read" "$(per_second "$report" 1000)"
    record "$1.batch_memory" "$(awk '/VmHWM/ { print $2 / 1024 }' "/proc/$ledger_pid/status")"
    stop_ledger
}

measure_redis() {
    local pipeline rate best=0
    start_redis
    record redis.single "$(redis_append_rate -c 64 -n 200000)"
    for pipeline in 100 1000; do
        rate=$(redis_append_rate -c 16 -P "$pipeline" -n 1000000)
        best=$(awk -v a="$best" -v b="$rate" 'BEGIN { print (a > b ? a : b) }')
    done
    record redis.batch "$best"
    rate=$(redis_rate -c 8 -n 3000 XRANGE s - + COUNT 1000)
    record redis.read "$(awk -v r="$rate" 'BEGIN { print r * 1000 }')"
    stop_redis
}

for ((round = 1; round <= rounds; round++)); do
    echo "round $round of $rounds"
    measure_ledger compacted ''
    measure_redis
    measure_ledger plain ', "compaction": false'
done

show() { # title, unit, name
    printf '%-52s %12.0f %s\n' "$1" "$(median "$3")" "$2"
}

show_ratio() { # title, ours, theirs
    printf '%-52s %12s\n' "$1" "$(ratio "$2" "$3")"
}

printf '\nmedians of %d rounds; every acknowledged event is on disk\n' "$rounds"
show "ledger, single events, 64 connections" "events/s" compacted.single
show "ledger, single events, without compaction" "events/s" plain.single
show "Redis XADD, 64 connections" "events/s" redis.single
printf '%-52s %12.2f ms\n' "ledger, single events, p99" "$(median compacted.p99)"
show "ledger, peak memory, single events" "MB" compacted.memory
show "ledger, batches of 100, 32 connections" "events/s" compacted.batch
show "ledger, batches of 100, without compaction" "events/s" plain.batch
show "Redis XADD, best pipeline" "events/s" redis.batch
show "ledger, peak memory, batches and reads" "MB" compacted.batch_memory
show "ledger, pages of 1,000" "events/s" compacted.read
show "Redis XRANGE COUNT 1000" "events/s" redis.read
printf '\nratios, ledger to Redis\n'
show_ratio "single events" compacted.single redis.single
show_ratio "single events, without compaction" plain.single redis.single
show_ratio "batches" compacted.batch redis.batch
show_ratio "batches, without compaction" plain.batch redis.batch
show_ratio "pages of 1,000" compacted.read redis.read
