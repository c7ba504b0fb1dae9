#!/usr/bin/env bash
# Runs the ledger and its peer, Redis streams, in turn on one machine, under the same load from the same
# program, and prints medians and ratios.
#
# Benchmarks/run.sh [EXECUTABLE]: BENCH_ROUNDS rounds (3) of BENCH_SECONDS (5) for each kind of work,
# half of it with 1, 8 and 1,000 connections.
# BENCH_LONG=1: with 100,000 streams and 10 million events, and how flat the ledger's figures stay as a
# log grows. BENCH_SMOKE=1: everything for a moment, and what was published is read back; only wrong
# answers, counts or bytes end it. BENCH_ACK=summary: the ledger answers a batch without a line for each
# event.
#
# Durability: both acknowledge an event only after it was fsynced (SQLite synchronous=FULL; Redis
# appendfsync always). Server on two cores and load on two others where there are four. Needs Linux and
# clang, and installs redis-server through apt when it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${BENCH_ROUNDS:-3}
export BENCH_SECONDS=${BENCH_SECONDS:-5}
streams=1000
read_events=200000
restart_events=200000
flat_events=(10000 1000000 10000000)
flat_partitions=(1 10 100)
flat_subscriptions=(1 30 1000)
always=()
if [[ -n ${BENCH_LONG:-} ]]; then
    streams=100000
    restart_events=10000000
fi
if [[ -n ${BENCH_SMOKE:-} ]]; then
    rounds=1
    streams=50
    read_events=20000
    restart_events=20000
    flat_events=(1000 100000)
    flat_subscriptions=(1 10)
    always=(milliseconds=300)
fi
# shellcheck source=Benchmarks/measure.sh
source Benchmarks/measure.sh
need redis-server redis-server
binary=${1:-"$(swift build --configuration release --show-bin-path)/eventledger"}

# What is measured

measure() { # ledger or redis, row, work, options of the load
    local report
    report=$(load "$1" "$3" "${@:4}" "${always[@]}")
    record_report "$1.$2" "$report"
    record "$2.others" "$(value others "$report")"
    record busy "$(value client_busy "$report")"
    record others "$(value others "$report")"
    record stolen "$(value stolen "$report")"
    record "memory.$1" "$(value memory "$report")"
}

publish() { # ledger or redis, row, options of the load
    local check=()
    [[ -z ${BENCH_SMOKE:-} ]] || check=(check=1)
    measure "$1" "$2" publish "${check[@]}" "${@:3}"
}

publish_anew() { # ledger or redis, row, options of the load: to a server of its own
    "start_$1"
    publish "$@"
    "stop_$1"
}

fill() { # ledger or redis, events
    load "$1" publish connections=32 batch=100 "events=$2" >/dev/null
    # What is left to compact would be compacted beside what is measured next.
    [[ $1 != ledger ]] || post /streams/bench/compact ''
}

publish_batches() { # ledger or redis
    local ack=()
    [[ ${BENCH_ACK:-} != summary ]] || ack=(summary=1)
    publish_anew "$1" batch100 connections=32 batch=100 "${ack[@]}"
    publish_anew "$1" batch1000 connections=16 batch=1000 "${ack[@]}"
}

read_pages() { # ledger or redis
    "start_$1"
    fill "$1" "$read_events"
    measure "$1" read1 read connections=1
    measure "$1" read8 read connections=8
    "stop_$1"
}

await_events() { # ledger or redis
    "start_$1"
    measure "$1" waiting wait connections=64 rate=2000
    "stop_$1"
}

spread() { # ledger or redis
    "start_$1"
    load "$1" create connections=64 "streams=$streams"
    publish "$1" spread connections=64 "streams=$streams"
    "stop_$1"
}

measure_all() { # ledger or redis
    local count
    publish_anew "$1" single connections=64 innocent=1
    publish_anew "$1" pipelined connections=64 pipeline=16
    for count in 1 8 1000; do
        publish_anew "$1" "connections$count" "connections=$count" "milliseconds=$((seconds * 500))"
    done
    publish_batches "$1"
    read_pages "$1"
    await_events "$1"
    spread "$1"
}

# Restarting

stored() {
    value events "$(load ledger count)"
}

restart() { # row, signal
    stop "$ledger_pid" "$2"
    launch_ledger "ledger.$1.ready"
}

# What was acknowledged before must be there afterwards, and at most what was under way beside it.
kill_under_load() {
    local before after acknowledged loader
    before=$(stored)
    load ledger publish connections=64 milliseconds=60000 lost=1 >"$results/lost" &
    loader=$!
    sleep 1
    restart killed KILL
    wait "$loader" || fail "the load of a killed server failed"
    acknowledged=$(value events "$(cat "$results/lost")")
    after=$(stored)
    ((after >= before + acknowledged)) || fail "lost: $before and $acknowledged more, now $after"
    ((after <= before + acknowledged + 64)) || fail "too many: $before and $acknowledged more, now $after"
}

measure_restart() {
    start_ledger
    load ledger publish connections=16 batch=1000 "events=$restart_events" >/dev/null
    for ((round = 1; round <= rounds; round++)); do
        restart stopped TERM
        kill_under_load
    done
    stop_ledger
}

# How flat it is

measure_flat_events() {
    local count
    start_ledger
    for count in "${flat_events[@]}"; do
        fill ledger $((count - $(stored)))
        measure ledger "events.$count" publish connections=64
        measure ledger "reading.$count" read connections=1
    done
    stop_ledger
}

measure_flat_partitions() {
    local count
    for count in "${flat_partitions[@]}"; do
        start_ledger ", \"partition_count\": $count"
        measure ledger "partitions.$count" publish connections=64
        stop_ledger
    done
}

measure_flat_subscriptions() {
    local count made=0
    start_ledger
    for count in "${flat_subscriptions[@]}"; do
        for ((; made < count; made++)); do
            post /streams/bench/subscriptions "{\"subscription_id\": \"s$made\"}"
        done
        measure ledger "subscriptions.$count" publish connections=64
    done
    stop_ledger
}

# What is printed

row() { # title, row, Redis' row
    local ledger=ledger.$2 redis=redis.${3:-$2} rate=events_per_second cpu=server_event_us
    printf '%-36s %9.0f %9.0f %6s %8.2f %8.2f %8.2f %8.2f %6s %7.2f %7.2f %6.0f %6.0f %5.1f\n' "$1" \
        "$(median "$ledger.$rate")" "$(median "$redis.$rate")" "$(ratio "$ledger.$rate" "$redis.$rate")" \
        "$(median "$ledger.p99")" "$(median "$redis.p99")" \
        "$(median "$ledger.$cpu")" "$(median "$redis.$cpu")" "$(ratio "$ledger.$cpu" "$redis.$cpu")" \
        "$(median "$ledger.client_event_us")" "$(median "$redis.client_event_us")" \
        "$(median "$ledger.memory")" "$(median "$redis.memory")" "$(median "$2.others")"
}

best_batch() { # Redis' row of the higher rate
    awk -v a="$(median redis.batch100.events_per_second)" \
        -v b="$(median redis.batch1000.events_per_second)" \
        'BEGIN { print (a > b ? "batch100" : "batch1000") }'
}

print_rates() {
    local best
    best=$(best_batch)
    printf '%-36s %26s %17s %24s %15s %13s %5s\n' "" "events/s" "p99, ms" "server, µs an event" \
        "client, µs" "peak MB" "cores"
    printf '%-36s %9s %9s %6s %8s %8s %8s %8s %6s %7s %7s %6s %6s %5s\n' "" ledger Redis ratio \
        ledger Redis ledger Redis ratio ledger Redis ledger Redis other
    row "single events, 64 connections" single
    row "  16 requests pipelined each" pipelined
    row "  1 connection" connections1
    row "  8 connections" connections8
    row "  1,000 connections" connections1000
    row "  spread over $streams streams" spread
    row "batches of 100; Redis: ${best#batch} pipelined" batch100 "$best"
    row "batches of 1,000; Redis: the same" batch1000 "$best"
    row "pages of 1,000, 1 consumer" read1
    row "pages of 1,000, 8 consumers" read8
}

latency() { # title, row, prefix of the names
    local part
    for part in p50 p99; do
        printf '%-52s %10.2f %10.2f %8s\n' "$1, $part" "$(median "ledger.$2.$3$part")" \
            "$(median "redis.$2.$3$part")" "$(ratio "ledger.$2.$3$part" "redis.$2.$3$part")"
    done
}

print_latencies() {
    printf '\n%-52s %10s %10s %8s\n' milliseconds ledger Redis ratio
    latency "single events, 64 connections" single ""
    latency "a small request beside them, every 10 ms" single innocent_
    latency "publish to waiting reader, 2,000 events/s" waiting ""
    printf '%-52s %10.0f\n' "until it serves $restart_events events, stopped before" \
        "$(median ledger.stopped.ready)"
    printf '%-52s %10.0f\n' "the same, killed under load before" "$(median ledger.killed.ready)"
}

print_spread() { # ledger or redis, its name
    printf '%-52s %10s\n' "$2: $streams streams to one" \
        "$(ratio "$1.spread.events_per_second" "$1.single.events_per_second")"
}

flat_row() { # kind, count, first count
    local row=ledger.$1.$2 first=ledger.$1.$3
    printf '%-24s %10d %12.0f %8s %9.2f %9.2f %8.0f\n' "$1" "$2" "$(median "$row.events_per_second")" \
        "$(ratio "$row.events_per_second" "$first.events_per_second")" \
        "$(median "$row.p99")" "$(median "$row.server_event_us")" "$(median "$row.memory")"
}

print_flat() {
    local count
    printf '\n%-24s %10s %12s %8s %9s %9s %8s\n' "how flat, by" count "events/s" \
        "to first" "p99, ms" "server µs" "peak MB"
    for count in "${flat_events[@]}"; do flat_row events "$count" "${flat_events[0]}"; done
    for count in "${flat_events[@]}"; do flat_row reading "$count" "${flat_events[0]}"; done
    for count in "${flat_partitions[@]}"; do flat_row partitions "$count" "${flat_partitions[0]}"; done
    for count in "${flat_subscriptions[@]}"; do
        flat_row subscriptions "$count" "${flat_subscriptions[0]}"
    done
}

largest() {
    sort -n "$results/$1" | tail -1
}

# The kernel's threads, which write for the server, count as others.
print_machine() {
    printf '\nmost memory: ledger %.0f MB, Redis %.0f MB\n' "$(largest memory.ledger)" \
        "$(largest memory.redis)"
    printf 'others kept %.2f of %d cores busy (at most %.2f), and %.2f were stolen; load before: %s\n' \
        "$(median others)" "$(nproc)" "$(largest others)" "$(median stolen)" "$load_before"
    if awk -v o="$(largest others)" -v s="$(largest stolen)" 'BEGIN { exit !(o > 0.3 || s > 0.1) }'; then
        echo "THE MACHINE WAS NOT OURS ALONE: take the ratios of CPU per event, and measure again"
    fi
    if awk -v b="$(largest busy)" 'BEGIN { exit !(b > 0.9) }'; then
        echo "THE LOAD WAS A LIMIT ITSELF: its threads were busy for $(largest busy) of a measurement"
    fi
}

load_before=$(cut -d ' ' -f 1-3 /proc/loadavg)
for ((round = 1; round <= rounds; round++)); do
    echo "round $round of $rounds"
    if ((round % 2)); then
        measure_all ledger
        measure_all redis
    else
        measure_all redis
        measure_all ledger
    fi
done
measure_restart
[[ -z ${BENCH_LONG:-} ]] || { measure_flat_events; measure_flat_partitions; measure_flat_subscriptions; }

printf '\nmedians of %d rounds; every acknowledged event was fsynced by both before it was acknowledged\n' \
    "$rounds"
print_rates
print_latencies
print_spread ledger ledger
print_spread redis Redis
[[ -z ${BENCH_LONG:-} ]] || print_flat
print_machine
[[ -z ${BENCH_SMOKE:-} ]] || echo "smoke: all that was acknowledged was there, once and unchanged"
