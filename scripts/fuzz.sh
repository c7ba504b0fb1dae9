#!/usr/bin/env bash
# Fuzzes with libFuzzer and the address sanitizer: scripts/fuzz.sh [TARGET] [SECONDS]
#
# TARGET   one of Fuzz/corpus's folders, or `all` (default)
# SECONDS  for each target; 3 by default
#
# scripts/fuzz.sh TARGET FILE… gives the target just these inputs: the replay of a crash.
#
# What is found of interest is collected in .build-fuzz/corpus, what crashes in
# .build-fuzz/crashes. Ends with 1 at the first crash.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${1:-all}
seconds=${2:-3}
folder=.build-fuzz

EVENTLEDGER_FUZZING=1 swift build --configuration release --scratch-path $folder \
    --product eventledger-fuzz -Xswiftc -enable-testing -Xswiftc -sanitize=fuzzer,address >&2

# Swift's own backtraces take minutes to look symbols up; libFuzzer prints the input.
export SWIFT_BACKTRACE=enable=no
# Tasks and singletons that live until the end are no leaks.
export ASAN_OPTIONS=detect_leaks=0
fuzzer=$folder/release/eventledger-fuzz

if [[ $target != all && ! -d Fuzz/corpus/$target ]]; then
    echo "fuzz: no target $target; there are: $("$fuzzer" | tr '\n' ' ')" >&2
    exit 2
fi
if [[ $target != all && -e $seconds ]]; then
    exec "$fuzzer" "$@"
fi

fuzz() { # target
    local corpus=$folder/corpus/$1 crashes=$folder/crashes log=$folder/$1.log
    local seed=${EVENTLEDGER_SEED:-$RANDOM$RANDOM}
    mkdir -p "$corpus" "$crashes"
    if "$fuzzer" "$1" "$corpus" "Fuzz/corpus/$1" -dict=Fuzz/corpus/dictionary.txt \
        -max_total_time="$seconds" -seed="$seed" -timeout=10 -rss_limit_mb=1024 -max_len=8192 \
        -print_final_stats=1 -artifact_prefix="$crashes/$1-" >"$log" 2>&1 </dev/null; then
        printf 'fuzz: %-8s %9s inputs, covers %5s edges, seed %s\n' "$1" \
            "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
            "$(grep -o 'cov: [0-9]*' "$log" | tail -n 1 | cut -c6-)" "$seed"
        return
    fi
    cat "$log" >&2
    local file
    file=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
    echo "fuzz: $1 fails, seed $seed; replay it: ./justw fuzz $1 ${file:-Fuzz/corpus/$1/*}" >&2
    return 1
}

if [[ $target == all ]]; then
    for target in $("$fuzzer"); do fuzz "$target"; done
else
    fuzz "$target"
fi
