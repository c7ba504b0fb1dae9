#!/usr/bin/env bash
# How long events take to the readers of server-sent events, on SQLite, and the memory of 1,000 readers.
#
# Benchmarks/follow.sh [EXECUTABLE]: BENCH_ROUNDS rounds (3) of BENCH_SECONDS (6) for each: one reader
# at 2,000 events/s, then 1,000 readers of one writer's 10 events/s. An event's time begins when it is
# due, so a writer that falls behind makes nothing look faster. Beside it the time until the writer is
# answered, most of which is the disk's. Needs Linux, and clang.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${BENCH_ROUNDS:-3}
# shellcheck source=Benchmarks/measure.sh
source Benchmarks/measure.sh
binary=${1:-"$(swift build --configuration release --show-bin-path)/eventledger"}
compile follow

memory() { # a line of the server's status, in MB
    awk -v name="$1:" '$1 == name { printf "%.2f\n", $2 / 1024 }' "/proc/$ledger_pid/status"
}

follow() { # prefix, readers, writers, events a second
    local report published_p50 published_p99 read_p50 read_p99
    report=$("${load_cores[@]}" "$results/follow" "$port" "$2" "$3" "$4" "$seconds")
    read -r published_p50 published_p99 read_p50 read_p99 <<<"$report"
    record "$1.published.p50" "$published_p50"
    record "$1.published.p99" "$published_p99"
    record "$1.read.p50" "$read_p50"
    record "$1.read.p99" "$read_p99"
}

for ((round = 1; round <= rounds; round++)); do
    echo "round $round of $rounds"
    start_ledger
    follow one 1 64 2000
    before=$(memory VmRSS)
    # From here on the peak is that of what follows.
    echo 5 >"/proc/$ledger_pid/clear_refs"
    follow many 1000 1 10
    record memory "$(awk -v a="$before" -v b="$(memory VmHWM)" 'BEGIN { print b - a }')"
    stop_ledger
done

compare() { # title, name, percentile
    printf '%-54s %10.2f %10.2f %8s\n' "$1" "$(median "$2.published.$3")" \
        "$(median "$2.read.$3")" "$(ratio "$2.read.$3" "$2.published.$3")"
}

printf '\nmedians of %d rounds, milliseconds\n' "$rounds"
printf '%-54s %10s %10s %8s\n' "from when an event is due until" answered read ratio
compare "1 reader, 2,000 events/s, median" one p50
compare "1 reader, 2,000 events/s, 99th percentile" one p99
compare "1,000 readers, 1 writer, 10 events/s, median" many p50
compare "1,000 readers, 1 writer, 10 events/s, 99th percentile" many p99
printf '%-54s %10.1f MB\n' "server's memory, growth by 1,000 readers" "$(median memory)"
