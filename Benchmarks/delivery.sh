#!/usr/bin/env bash
# Events that are acknowledged one by one, on SQLite, and a Redis consumer group, in turn on one
# machine: one partition, pages of 100, events of about 200 bytes, 1, 4 and 16 consumers.
#
# Benchmarks/delivery.sh [EXECUTABLE]: BENCH_ROUNDS rounds (3) of BENCH_SECONDS (6) for each kind of
# work, with no event parked and with BENCH_PARKED (100,000). An answer says what was fsynced: SQLite
# synchronous=FULL, Redis appendfsync always. Needs what run.sh needs.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${BENCH_ROUNDS:-3}
parked=${BENCH_PARKED:-100000}
# shellcheck source=Benchmarks/measure.sh
source Benchmarks/measure.sh
need redis-server redis-server
binary=${1:-"$(swift build --configuration release --show-bin-path)/eventledger"}
compile consume

consume() { # server, consumers, way, seconds or events
    "${load_cores[@]}" "$results/consume" "$1" "$port" "$2" "$3" "$4"
}

rewind() { # server: all events are to be delivered anew
    if [[ $1 == ledger ]]; then
        post /streams/bench/subscriptions/load/seek '{"to": "earliest"}'
    else
        redis-cli -p "$port" XGROUP DESTROY s load >/dev/null
        redis-cli -p "$port" XGROUP CREATE s load 0 >/dev/null
    fi
}

consume_all() { # prefix, server
    local consumers way rate
    for consumers in 1 4 16; do
        for way in apart along; do
            rewind "$2"
            rate=$(consume "$2" "$consumers" "$way" "$seconds")
            record "$1.$consumers.$way" "$rate"
        done
    done
}

measure_ledger() {
    start_ledger ', "partition_count": 1, "compaction": false'
    load ledger publish connections=32 batch=100 events=1500000 >/dev/null
    # Room for what 16 consumers hold, and for what is parked; no lease ends by itself.
    post /streams/bench/subscriptions '{"subscription_id": "load", "delivery": {"mode": "events",
        "ack_wait": 600, "max_open": 4000, "max_parked": 1000000}}'
    consume_all ledger ledger
    rewind ledger
    consume ledger 4 reject "$parked" >/dev/null
    consume_all parked ledger
    stop_ledger
}

measure_redis() {
    start_redis
    load redis publish connections=16 batch=100 events=1500000 >/dev/null
    consume_all redis redis
    stop_redis
}

for ((round = 1; round <= rounds; round++)); do
    echo "round $round of $rounds"
    if ((round % 2)); then
        measure_ledger
        measure_redis
    else
        measure_redis
        measure_ledger
    fi
done

compare() { # title, name
    printf '%-44s %10.0f %10.0f %8s %10.0f %8s\n' "$1" "$(median "ledger.$2")" \
        "$(median "redis.$2")" "$(ratio "ledger.$2" "redis.$2")" \
        "$(median "parked.$2")" "$(ratio "parked.$2" "ledger.$2")"
}

printf '\nmedians of %d rounds; ratios: ledger to Redis, ledger with %d parked events to none\n' \
    "$rounds" "$parked"
printf '%-44s %10s %10s %8s %10s %8s\n' "acknowledged events/s" ledger Redis ratio parked ratio
for consumers in 1 4 16; do
    compare "consumers: $consumers, each page acknowledged" "$consumers.apart"
    compare "consumers: $consumers, sent with the next receive" "$consumers.along"
done
