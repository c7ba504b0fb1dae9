#!/usr/bin/env bash
# Runs the ledger and its peers, Redis streams first of all, in turn on one machine, under the same load
# from the same program, and prints medians and ratios.
#
# Benchmarks/run.sh [EXECUTABLE]: BENCH_ROUNDS rounds (3) of BENCH_SECONDS (5) for each kind of work,
# half of it with 1, 8 and 1,000 connections.
# BENCH_LONG=1: with 100,000 streams and 10 million events, how flat the ledger's figures stay as a log
# grows, and publishing to PostgreSQL and NATS JetStream. BENCH_PEERS=1: only the latter.
# BENCH_SMOKE=1: everything else for a moment, and what was published is read back; only wrong answers,
# counts or bytes end it. BENCH_ACK=summary: the ledger answers a batch without a line for each event.
#
# Durability: ledger and Redis acknowledge an event only after it was fsynced (SQLite synchronous=FULL;
# Redis appendfsync always), and so does PostgreSQL; NATS does not. Server on two cores and load on two
# others where there are four. Needs Linux and clang, and installs the peers through apt when they are
# missing.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${BENCH_ROUNDS:-3}
export BENCH_SECONDS=${BENCH_SECONDS:-5}
streams=1000
read_events=200000
restart_events=200000
always=()
servers=(ledger redis)
if [[ -n ${BENCH_LONG:-} ]]; then
    servers+=(postgres nats)
    streams=100000
    restart_events=10000000
fi
only_peers=${BENCH_PEERS:-}
[[ -z $only_peers ]] || servers=(ledger postgres nats)
if [[ -n ${BENCH_SMOKE:-} ]]; then
    only_peers=
    servers=(ledger redis)
    rounds=1
    streams=50
    read_events=20000
    restart_events=20000
    always=(milliseconds=300)
fi
# shellcheck source=Benchmarks/peers.sh
source Benchmarks/peers.sh
# shellcheck source=Benchmarks/flat.sh
source Benchmarks/flat.sh
need_servers "${servers[@]}"
binary=${1:-"$(swift build --configuration release --show-bin-path)/eventledger"}

# What is measured

measure() { # server, row, work, options of the load
    local report
    report=$(load "$1" "$3" "${@:4}" "${always[@]}")
    record_report "$1.$2" "$report"
    record "$2.others" "$(value others "$report")"
    record busy "$(value client_busy "$report")"
    record others "$(value others "$report")"
    record stolen "$(value stolen "$report")"
    record "memory.$1" "$(value memory "$report")"
}

publish() { # server, row, options of the load
    local check=()
    [[ -z ${BENCH_SMOKE:-} ]] || check=(check=1)
    measure "$1" "$2" publish "${check[@]}" "${@:3}"
}

publish_anew() { # server, row, options of the load: to a server of its own
    "start_$1"
    publish "$@"
    "stop_$1"
}

fill() { # ledger or redis, events
    load "$1" publish connections=32 batch=100 "events=$2" >/dev/null
    # What is left to compact would be compacted beside what is measured next.
    [[ $1 != ledger ]] || post /streams/bench/compact ''
}

publish_batches() { # server
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

publish_rows() { # server
    publish_anew "$1" single connections=64
    publish_batches "$1"
}

measure_server() { # server
    if [[ -z $only_peers && ($1 == ledger || $1 == redis) ]]; then
        measure_all "$1"
    else
        publish_rows "$1"
    fi
}

# In the other order every second time, so that no server is always the one to come late.
measure_round() { # its number
    local order=("${servers[@]}") server
    if (($1 % 2 == 0)); then
        mapfile -t order < <(printf '%s\n' "${servers[@]}" | tac)
    fi
    for server in "${order[@]}"; do measure_server "$server"; done
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

largest() {
    sort -n "$results/$1" | tail -1
}

print_memory() {
    printf '\nmost memory: ledger %.0f MB, Redis %.0f MB\n' "$(largest memory.ledger)" \
        "$(largest memory.redis)"
}

# The kernel's threads, which write for the server, count as others.
print_machine() {
    printf 'others kept %.2f of %d cores busy (at most %.2f), and %.2f were stolen; load before: %s\n' \
        "$(median others)" "$(nproc)" "$(largest others)" "$(median stolen)" "$load_before"
    if awk -v o="$(largest others)" -v s="$(largest stolen)" 'BEGIN { exit !(o > 0.3 || s > 0.1) }'; then
        echo "THE MACHINE WAS NOT OURS ALONE: take the ratios of CPU per event, and measure again"
    fi
    if awk -v b="$(largest busy)" 'BEGIN { exit !(b > 0.9) }'; then
        echo "THE LOAD WAS A LIMIT ITSELF: its threads were busy for $(largest busy) of a measurement"
    fi
}

measure_alone() {
    measure_restart
    [[ -z ${BENCH_LONG:-} ]] || measure_flat
}

print_all() {
    echo "ledger and Redis: every event was fsynced before it was acknowledged"
    print_rates
    print_latencies
    print_spread ledger ledger
    print_spread redis Redis
    [[ -z ${BENCH_LONG:-} ]] || print_flat
    print_memory
}

load_before=$(cut -d ' ' -f 1-3 /proc/loadavg)
for ((round = 1; round <= rounds; round++)); do
    echo "round $round of $rounds"
    measure_round "$round"
done
[[ -n $only_peers ]] || measure_alone

printf '\nmedians of %d rounds\n' "$rounds"
[[ -n $only_peers ]] || print_all
[[ ${servers[*]} != *postgres* ]] || print_peers
print_machine
[[ -z ${BENCH_SMOKE:-} ]] || echo "smoke: all that was acknowledged was there, once and unchanged"
