#!/usr/bin/env bash
# How flat the ledger's figures stay as a log, its partitions and its subscriptions grow: sourced by run.sh,
# whose measurements it uses, not run.

flat_events=(10000 1000000 10000000)
flat_partitions=(1 10 100)
flat_subscriptions=(1 30 1000)
if [[ -n ${BENCH_SMOKE:-} ]]; then
    flat_events=(1000 100000)
    flat_subscriptions=(1 10)
fi

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

measure_flat() {
    measure_flat_events
    measure_flat_partitions
    measure_flat_subscriptions
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
